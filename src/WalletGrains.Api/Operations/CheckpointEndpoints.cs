using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts.Proofs;

namespace WalletGrains.Api.Operations;

/// <summary>Lets operators write checkpoints and see which there are.</summary>
internal sealed class CheckpointEndpoints(IGrainFactory grains)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/ops/checkpoints", ListAsync, new("listCheckpoints", "Operations", "The newest 200 checkpoints")
        {
            Access = Access.Operator,
            Response = typeof(CheckpointResponse[]),
            Problems = [ProblemKind.Validation],
        });
        endpoints.MapApi("POST", "/ops/checkpoints", WriteAsync, new("writeCheckpoint", "Operations", "Write a checkpoint now")
        {
            Description = "One is written every day by itself. When it takes longer than 20 s the answer is 503 and the writing goes on.",
            Access = Access.Operator,
            Status = StatusCodes.Status201Created,
            Response = typeof(CheckpointResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.Validation],
        });
    }

    private ICheckpointGrain Checkpoints => grains.GetGrain<ICheckpointGrain>(0);

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        return errors.Any
            ? Problem.Invalid(errors)
            : Answer.Ok([.. (await Checkpoints.ListAsync()).Select(CheckpointResponse.Of)], ApiJson.Wire.CheckpointResponseArray);
    }

    private async ValueTask<Answer> WriteAsync(HttpContext context)
    {
        if (await Checkpoints.WriteAsync() is { } written)
        {
            return Answer.Created(CheckpointResponse.Of(written), ApiJson.Wire.CheckpointResponse);
        }

        return await grains.GetGrain<IReceiptGrain>(0).FindKeyAsync() is null
            ? new Problem(ProblemKind.NotFound, "Nothing is signed here: the operator has configured no key.")
            : new Problem(ProblemKind.Unavailable, "The checkpoint is being written. GET here lists it when it is there.");
    }
}

/// <summary>A checkpoint: where all wallets stood, in a signed file outside the database.</summary>
/// <param name="TakenAt">When.</param>
/// <param name="Wallets">How many wallets it has.</param>
/// <param name="File">Name of its file; that of its signature ends with .sig.</param>
/// <param name="Sha256">SHA-256 of the file, in hex.</param>
/// <param name="Signature">Its signature, in base64.</param>
/// <param name="KeyId">Names the key that signed it.</param>
internal sealed record CheckpointResponse(DateTimeOffset TakenAt, long Wallets, string File, string Sha256, string Signature, string KeyId)
{
    public static CheckpointResponse Of(Checkpoint checkpoint) =>
        new(checkpoint.TakenAt, checkpoint.Wallets, checkpoint.File, checkpoint.Sha256, checkpoint.Signature, checkpoint.KeyId);
}
