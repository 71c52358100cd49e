namespace WalletGrains.Simulators.Globus;

/// <summary>An answer of the token end point, in the names of RFC 6749.</summary>
internal sealed record TokenResponse(
    [property: System.Text.Json.Serialization.JsonPropertyName("access_token")] string AccessToken,
    [property: System.Text.Json.Serialization.JsonPropertyName("token_type")] string TokenType,
    [property: System.Text.Json.Serialization.JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary>A refusal of the token end point.</summary>
internal sealed record TokenError(string Error);

internal sealed record CreateAccountRequest(string ClientReference, string AccountName, string? Currency = null, string? Email = null, string? Phone = null);

/// <summary>A virtual account, as the bank shows it.</summary>
public sealed record VirtualAccount(
    string AccountNumber, string AccountName, string BankCode, string BankName, string Currency, string ClientReference, string Status, DateTimeOffset CreatedAt);

/// <summary>Money that a customer paid in, as the bank shows it.</summary>
public sealed record BankCredit(
    string Reference, string AccountNumber, decimal Amount, string Currency, DateTimeOffset OccurredAt, string? SenderName = null, string? Narration = null);

/// <summary>What was paid in on one day (UTC), oldest first.</summary>
internal sealed record BankStatement(DateOnly Date, BankCredit[] Lines);

/// <summary>What the bank posts to its customer's webhook.</summary>
internal sealed record CreditWebhook(
    string Event, string Reference, string AccountNumber, decimal Amount, string Currency, string? SenderName, string? Narration, DateTimeOffset OccurredAt);
