using System.Net;
using System.Text.Json;

namespace WalletGrains.Testing.Processes;

/// <summary>What a request came to, as its client saw it.</summary>
public abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>Done, now or by an earlier request with the same id.</summary>
    public sealed record Ok(string Body, bool Replayed) : Reply
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }

    /// <summary>Refused for good, with this code.</summary>
    public sealed record Refused(HttpStatusCode Status, string Code) : Reply;

    /// <summary>Not done by this request: the product is overloaded or its database away.</summary>
    public sealed record NotDone(string Code, bool HasRetryAfter) : Reply;

    /// <summary>No definite answer: the request with the same id, sent again, tells.</summary>
    public sealed record Unknown(string Why, bool HasRetryAfter) : Reply;

    /// <summary>Whether the request need not be sent again.</summary>
    public bool IsDefinite => this is Ok or Refused;

    public sealed override string ToString() => this switch
    {
        Ok ok => $"ok{(ok.Replayed ? ", a repeat" : "")}: {ok.Body}",
        Refused refused => $"refused: {(int)refused.Status} {refused.Code}",
        NotDone notDone => $"not done: {notDone.Code}",
        Unknown unknown => $"unknown: {unknown.Why}",
        _ => base.ToString()!,
    };
}
