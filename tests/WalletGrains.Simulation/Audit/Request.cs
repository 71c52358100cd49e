namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Everything that is known of one request id of one wallet: who asked for what, what was decided, and for which of the things
/// asked for.
/// </summary>
internal sealed class Request(Guid walletId, string id)
{
    private readonly List<Attempt> _attempts = [];

    public Guid WalletId { get; } = walletId;

    public string Id { get; } = id;

    /// <summary>A message with this id was executed twice, so what became of one copy says nothing about the other.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>The entry, when the request was accepted.</summary>
    public AuditedEntry? Entry { get; private set; }

    /// <summary>The reason, when it was refused.</summary>
    public string? Refusal { get; private set; }

    public bool IsDecided => Entry is not null || Refusal is not null;

    /// <summary>What the decided request may have asked for: all that fits the decision, until an answer tells more.</summary>
    public List<Content> Decided { get; } = [];

    public int Attempts => _attempts.Count;

    /// <summary>Answers that said that the effect was their own.</summary>
    public int FirstAnswers { get; set; }

    /// <summary>What may still come to be decided: everything that was asked for, less what surely came to nothing.</summary>
    public IEnumerable<Content> Open => _attempts
        .Where(attempt => IsRepeated || !attempt.CameToNothing)
        .Select(attempt => attempt.Content)
        .Distinct();

    public Attempt Add(Content content)
    {
        var attempt = new Attempt(content);
        _attempts.Add(attempt);
        return attempt;
    }

    public void Accept(AuditedEntry entry, IEnumerable<Content> fitting)
    {
        Entry = entry;
        Decided.AddRange(fitting);
    }

    public void Refuse(string reason, IEnumerable<Content> fitting)
    {
        Refusal = reason;
        Decided.AddRange(fitting);
    }

    public override string ToString() => $"request {Id} of wallet {WalletId:N}";
}

/// <summary>One time somebody asked.</summary>
internal sealed class Attempt(Content content)
{
    public Content Content { get; } = content;

    /// <summary>The answer said that nothing happened and nothing will.</summary>
    public bool CameToNothing { get; set; }
}
