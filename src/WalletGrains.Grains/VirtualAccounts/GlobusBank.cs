using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using WalletGrains.Contracts;
using WalletGrains.Domain.VirtualAccounts;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>A payment as the bank has booked it.</summary>
/// <param name="AccountNumber">The account that it was paid to.</param>
/// <param name="Amount">How much.</param>
internal sealed record BookedPayment(string AccountNumber, Money Amount);

/// <summary>The bank, over HTTP.</summary>
internal sealed class GlobusBank(GlobusCalls calls, GlobusTokens tokens, GlobusOptions options) : IAccountBank
{
    /// <inheritdoc />
    public string Provider => VirtualAccountRows.Globus;

    /// <summary>The bank gives a wallet the same account every time.</summary>
    public int MaxOffers => 1;

    /// <inheritdoc />
    public async Task<OfferedAccount> OpenAsync(AccountApplication application, int taken, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, new Uri(options.BaseUrl!, "virtual-accounts"))
        {
            Content = new ByteArrayContent(BodyOf(application)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        }, cancellationToken);
        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.Created))
        {
            throw answer.ToException();
        }

        return answer.Read(json =>
        {
            var account = new OfferedAccount(json.Text("accountNumber"), json.Text("accountName"), json.Text("bankCode"), json.Text("bankName"));
            var isOurs = json.Text("clientReference") == application.ClientReference && json.Text("currency") == GlobusOptions.Currency.Code;
            return isOurs && Nuban.IsBankCode(account.BankCode) && Nuban.IsValid(account.BankCode, account.Number)
                ? account
                : throw new FormatException("This is not the account that was asked for, or no account.");
        });
    }

    /// <summary>A payment with this reference; null when the bank has booked none.</summary>
    /// <exception cref="CounterpartException">The bank does not say.</exception>
    public async Task<BookedPayment?> FindPaymentAsync(string reference, CancellationToken cancellationToken)
    {
        var path = $"credits/{Uri.EscapeDataString(reference)}";
        var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(options.BaseUrl!, path)), cancellationToken);
        return answer.Status switch
        {
            HttpStatusCode.NotFound => null,
            HttpStatusCode.OK => answer.Read(json =>
                json.Text("reference") == reference
                    ? new BookedPayment(json.Text("accountNumber"), json.Amount("amount", "currency"))
                    : throw new FormatException("This is not the payment that was asked for.")),
            _ => throw answer.ToException(),
        };
    }

    /// <summary>Calls with a token; when the bank refuses the token, once more with a new one.</summary>
    private async Task<CounterpartAnswer> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var isLast = false; ; isLast = true)
        {
            var token = await tokens.GetAsync(cancellationToken);
            using var request = make();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var answer = await calls.SendAsync(request, cancellationToken);
            if (answer.Status is not HttpStatusCode.Unauthorized)
            {
                return answer;
            }

            tokens.Forget(token);
            if (isLast)
            {
                return answer;
            }
        }
    }

    private static byte[] BodyOf(AccountApplication application)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("clientReference"u8, application.ClientReference);
            json.WriteString("accountName"u8, application.Name);
            json.WriteString("currency"u8, GlobusOptions.Currency.Code);
            json.WriteString("email"u8, application.Email);
            if (application.Phone is { } phone)
            {
                json.WriteString("phone"u8, phone);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
