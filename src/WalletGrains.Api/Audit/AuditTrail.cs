using Microsoft.AspNetCore.Http;

namespace WalletGrains.Api.Audit;

/// <summary>
/// Keeps a record of every request that may change something, whatever becomes of it. Outside of everything else, so that it
/// sees what the client gets.
/// </summary>
internal sealed class AuditTrail(RequestDelegate next, AuditQueue queue, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        var method = context.Request.Method;
        return HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method)
            ? RecordAsync(context)
            : next(context);
    }

    private async Task RecordAsync(HttpContext context)
    {
        var record = new AuditRecord(time.GetUtcNow());
        context.Features.Set(record);
        var startedAt = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            record.Complete(context, time.GetElapsedTime(startedAt));
            queue.Add(record);
        }
    }
}
