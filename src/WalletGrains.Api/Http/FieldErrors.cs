namespace WalletGrains.Api.Http;

/// <summary>What is wrong with the fields of one request: all of it at once, so that a caller corrects it in one go.</summary>
internal sealed class FieldErrors
{
    private Dictionary<string, List<string>>? _messages;

    /// <summary>Something is wrong.</summary>
    public bool Any => _messages is not null;

    /// <summary>The first message of each field as one text.</summary>
    public string Summary => _messages is null ? "" : string.Join(' ', _messages.Values.Select(messages => messages[0]));

    /// <summary>Notes what is wrong with a field.</summary>
    /// <param name="field">The field as the caller writes it.</param>
    /// <param name="message">A whole sentence that names the field.</param>
    public void Add(string field, string message)
    {
        _messages ??= new Dictionary<string, List<string>>(StringComparer.Ordinal);
        if (!_messages.TryGetValue(field, out var messages))
        {
            _messages.Add(field, messages = []);
        }

        messages.Add(message);
    }

    /// <summary>Messages by field.</summary>
    public Dictionary<string, string[]> ToDictionary() =>
        (_messages ?? []).ToDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal);
}
