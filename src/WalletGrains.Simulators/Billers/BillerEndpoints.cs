using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Billers;

/// <summary>What those who pay bills call. All billers speak the same protocol, each at an address of its own.</summary>
internal sealed class BillerEndpoints(IReadOnlyList<Biller> billers, CallBoundary calls, SimulatorOptions options)
{
    public const string Prefix = "/billers";

    private const string ApiKeyHeader = "x-api-key";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var biller in billers)
        {
            var group = endpoints.MapGroup($"{Prefix}/{biller.Profile.Code}");
            group.MapGet("/", async context => await Reply.Ok(biller.Details).SendAsync(context.Response));
            group.MapGet("/customers/{customerReference}", calls.Handle(Routes.Enquire(biller.Profile), Authorized(context =>
            {
                var reference = (string)context.Request.RouteValues["customerReference"]!;
                return ValueTask.FromResult(new Work(reference, _ => biller.Enquire(reference)));
            })));
            group.MapPost("/payments", calls.Handle(Routes.Pay(biller.Profile), Authorized(async context =>
            {
                var request = await SimulatorJson.ReadAsync<PaymentRequest>(context.Request);
                Fields.RequireText("reference", request.Reference);
                Fields.RequireText("customerReference", request.CustomerReference);
                Fields.RequireAmount("amount", request.Amount);
                return new Work(request.Reference, strikes => biller.Pay(request, strikes));
            })));
            group.MapGet("/payments/{reference}", calls.Handle(Routes.Status(biller.Profile), Authorized(context =>
            {
                var reference = (string)context.Request.RouteValues["reference"]!;
                return ValueTask.FromResult(new Work(reference, strikes => biller.Query(reference, strikes)));
            })));
        }
    }

    private Func<HttpContext, ValueTask<Work>> Authorized(Func<HttpContext, ValueTask<Work>> understand) => context =>
        context.Request.Headers[ApiKeyHeader] == options.BillerApiKey
            ? understand(context)
            : ValueTask.FromResult(Work.Refused(Reply.Refused(StatusCodes.Status401Unauthorized, "WRONG_API_KEY", $"The {ApiKeyHeader} is missing or wrong.")));
}
