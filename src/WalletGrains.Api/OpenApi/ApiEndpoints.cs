using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;

namespace WalletGrains.Api.OpenApi;

/// <summary>Maps endpoints together with what they promise.</summary>
internal static class ApiEndpoints
{
    /// <summary>The media type of all bodies but problems.</summary>
    public const string Json = "application/json";

    /// <summary>Maps a handler. It is a plain request delegate: nothing is bound, boxed or looked up between routing and it.</summary>
    public static void MapApi(
        this IEndpointRouteBuilder endpoints,
        string method,
        string pattern,
        Func<HttpContext, ValueTask<Answer>> handler,
        Operation operation)
    {
        operation = operation with
        {
            IfUnknown = method == HttpMethods.Get || operation.TakesRequestId ? null : operation.IfUnknown ?? Operation.Again,
            HasWalletInPath = pattern.StartsWith("/wallet/{id}", StringComparison.Ordinal) || pattern.StartsWith("/wallets/{id}", StringComparison.Ordinal),
        };
        var time = endpoints.ServiceProvider.GetRequiredService<TimeProvider>();
        var builder = endpoints.MapMethods(pattern, [method], new RequestDelegate(async context =>
        {
            var answer = QueryFields.RefusalOf(context.Request, operation) is { } refusal ? refusal : await handler(context);
            AuditRecord.Of(context)?.TakeAnswer(answer);
            if (answer.Stream is { } write)
            {
                await write(context);
                return;
            }

            answer.Write(context, time);
        }));

        // The method makes the endpoint visible to the OpenAPI document; the rest of it comes from the operation.
        builder.WithMetadata(handler.Method, operation, new EndpointNameMetadata(operation.Id));
        builder.WithMetadata(operation.Response == typeof(void)
            ? new ProducesResponseTypeMetadata(operation.Status, typeof(void))
            : new ProducesResponseTypeMetadata(operation.Status, operation.Response, [Json, .. operation.OtherMediaTypes]));
        foreach (var status in operation.AllProblems(pattern.Contains("{id}", StringComparison.Ordinal)).Select(kind => kind.Status).Distinct())
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ProblemBody), [ProblemBody.ContentType]));
        }

        builder.RequireAccess(operation.Access);
    }
}
