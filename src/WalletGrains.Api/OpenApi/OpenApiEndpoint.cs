using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using WalletGrains.Api.Auth;

namespace WalletGrains.Api.OpenApi;

/// <summary>
/// Serves the document. It is the same for every caller and never changes, so it is made once: the route is open, and
/// making the document anew costs tens of milliseconds.
/// </summary>
internal sealed class OpenApiEndpoint([FromKeyedServices(OpenApiEndpoint.DocumentName)] IOpenApiDocumentProvider provider) : IDisposable
{
    public const string DocumentName = "v1";
    public const string Path = "/openapi/v1.json";

    private readonly SemaphoreSlim _making = new(1);
    private byte[]? _document;

    /// <summary>Adds the generator of the document.</summary>
    public static void AddGenerator(IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.ActionDescriptor.EndpointMetadata.OfType<Operation>().Any();
        options.AddOperationTransformer<OperationTransformer>();
        options.AddSchemaTransformer<SchemaTransformer>();
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "WalletGrains",
                Version = "v1",
                Description = "Wallets and transfers. Every problem has the same body; act on its code. Repeating a request with its request id never moves money twice.",
            };
            document.Servers = [new OpenApiServer { Url = "/" }];
            document.Tags = new HashSet<OpenApiTag>
            {
                new() { Name = "Identity", Description = "Accounts and sessions." },
                new() { Name = "Wallets", Description = "Wallets, family 1: a repeated idempotencyKey is refused." },
                new() { Name = "Wallet", Description = "Wallets, family 2: a repeated requestId is answered like the first request." },
                new() { Name = "Virtual accounts", Description = "Accounts at a bank whose payments are credited to wallets." },
                new() { Name = "Operations", Description = "For load balancers and operators." },
            };
            document.AddComponent<IOpenApiSecurityScheme>(OperationTransformer.TokenScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "The accessToken of POST /auth/login.",
            });
            document.AddComponent<IOpenApiSecurityScheme>(OperationTransformer.KeyScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKey.HeaderName,
                Description = "The key of a service, as POST /ops/api-keys gave it.",
            });
            return Task.CompletedTask;
        });
    });

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Path, WriteAsync).RequireAccess(Access.Open).ExcludeFromDescription();

    public void Dispose() => _making.Dispose();

    private async Task WriteAsync(HttpContext context)
    {
        var document = _document ?? await MakeAsync(context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = document.Length;
        await context.Response.Body.WriteAsync(document);
    }

    /// <summary>The document, as it is served.</summary>
    public async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (_document is null)
            {
                var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
                _document = Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None));
            }

            return _document;
        }
        finally
        {
            _making.Release();
        }
    }
}
