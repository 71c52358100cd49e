using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WalletGrains.Contracts.Bills;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Bills;

/// <summary>The bytes of a payment's progress in its row: one JSON object. The phase is a column beside it.</summary>
public static class BillContent
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes to store.</summary>
    public static byte[] Encode(BillProgress payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteNumber("attempts"u8, payment.Attempts);
        json.WriteNumber("notSent"u8, payment.NotSent);
        WriteTime(json, "awaitingSince"u8, payment.AwaitingSince);
        WriteText(json, "customerName"u8, payment.CustomerName);
        WriteText(json, "billerReference"u8, payment.BillerReference);
        WriteText(json, "token"u8, payment.Token);
        WriteText(json, "failureCode"u8, payment.Failure?.Code);
        WriteText(json, "failureReason"u8, payment.Failure?.Reason);
        if (payment.Settlement is { } settlement)
        {
            json.WriteString("settledBy"u8, settlement.OperatorId);
            json.WriteString("settledBecause"u8, settlement.Reason);
        }

        if (payment.Dispute is { } dispute)
        {
            WriteTime(json, "disputedAt"u8, dispute.At);
            json.WriteString("disputedBecause"u8, dispute.Said);
        }

        json.WriteStartArray("openCalls"u8);
        foreach (var call in payment.OpenCalls)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, call.Number);
            WriteTime(json, "at"u8, call.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("steps"u8);
        foreach (var step in payment.Steps)
        {
            json.WriteStartObject();
            json.WriteString("status"u8, BillStatuses.NameOf(step.Status));
            WriteTime(json, "at"u8, step.At);
            WriteText(json, "detail"u8, step.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The progress that the bytes hold.</summary>
    /// <exception cref="FormatException">They are not the progress of a payment.</exception>
    public static BillProgress Decode(BillPhase phase, ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var json = document.RootElement;
            return new BillProgress(
                phase,
                json.GetProperty("attempts"u8).GetInt32(),
                json.GetProperty("notSent"u8).GetInt32(),
                Time(json, "awaitingSince"u8),
                [.. json.GetProperty("steps"u8).EnumerateArray().Select(step => new BillStep(
                    BillStatuses.Parse(step.GetProperty("status"u8).GetString()!) ?? throw new FormatException("A step has no status."),
                    Time(step, "at"u8)!.Value,
                    Text(step, "detail"u8)))])
            {
                CustomerName = Text(json, "customerName"u8),
                BillerReference = Text(json, "billerReference"u8),
                Token = Text(json, "token"u8),
                Failure = Text(json, "failureCode"u8) is { } code ? new BillFailure(code, Text(json, "failureReason"u8)!) : null,
                Settlement = Text(json, "settledBecause"u8) is { } reason ? new BillSettlement(json.GetProperty("settledBy"u8).GetGuid(), reason) : null,
                Dispute = Time(json, "disputedAt"u8) is { } disputedAt ? new BillDispute(disputedAt, Text(json, "disputedBecause"u8)!) : null,
                OpenCalls = [.. json.GetProperty("openCalls"u8).EnumerateArray().Select(call => new BillCall(
                    call.GetProperty("number"u8).GetInt32(), Time(call, "at"u8)!.Value))],
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new FormatException("These bytes are not the progress of a payment.", e);
        }
    }

    /// <summary>The digest of what was asked for, so that a request id that comes back with other content is noticed. The wallet is part of
    /// the id.</summary>
    public static byte[] FingerprintOf(PayBill command)
    {
        ArgumentNullException.ThrowIfNull(command);

        // Neither a code nor an amount has a vertical bar, so no two contents share a text.
        var text = FormattableString.Invariant(
            $"{command.BillerCode}|{command.Amount.MinorUnits}|{command.Amount.Currency.Code}|{command.CustomerReference}");
        return SHA256.HashData(Encoding.UTF8.GetBytes(text))[..Fingerprint.Length];
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteNumber(name, at.ToUnixTimeMilliseconds());
        }
    }

    private static string? Text(JsonElement json, ReadOnlySpan<byte> name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static DateTimeOffset? Time(JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var time) ? DateTimeOffset.FromUnixTimeMilliseconds(time.GetInt64()) : null;
}
