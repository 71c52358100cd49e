namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Everything that is known of one request id of one wallet: who asked for what, what was decided, and what the decision can
/// still be.
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

    /// <summary>What the decided request may have asked for: one thing when accepted, as bytes say it; else whatever was sent.</summary>
    public List<Content> Decided { get; } = [];

    public int Attempts => _attempts.Count;

    /// <summary>Answers that said that the effect was their own.</summary>
    public int FirstAnswers { get; set; }

    public IEnumerable<Content> Asked => _attempts.Select(attempt => attempt.Content).Distinct();

    /// <summary>Whether a request with this content may still come to be decided.</summary>
    public bool MayCome(Content content) => _attempts.Exists(attempt => attempt.Content == content && (IsRepeated || !attempt.CameToNothing));

    public Attempt Add(Content content)
    {
        var attempt = new Attempt(content);
        _attempts.Add(attempt);
        return attempt;
    }

    public void Accept(AuditedEntry entry)
    {
        Entry = entry;
        Decided.Add(entry.Content);
    }

    public void Refuse(string reason, IEnumerable<Content> possible)
    {
        Refusal = reason;
        Decided.AddRange(possible);
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
