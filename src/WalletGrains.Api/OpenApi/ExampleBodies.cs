using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;

namespace WalletGrains.Api.OpenApi;

/// <summary>
/// Makes examples of bodies for the document from their types, with values that a member's name stands for: so every endpoint has one, and none
/// can be out of date.
/// </summary>
internal static class ExampleBodies
{
    /// <summary>What stands for a text whose name says nothing; a test looks for it.</summary>
    public const string NoText = "text";

    private const string Id = "019be30d-7a3c-7c11-9b6a-2f4e0a6d5c31";
    private const string OtherId = "019be30d-8f02-7d54-a1c7-6be1905c2a47";
    private const string Time = "2026-01-31T12:00:00.000Z";
    private const string Later = "2026-02-28T12:00:00.000Z";
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    /// <summary>By type and member where the member's name alone does not tell, else by the member's name.</summary>
    private static readonly Dictionary<string, JsonNode> Values = new(StringComparer.Ordinal)
    {
        ["account"] = "external:cash",
        ["accountNumber"] = "1000457712",
        ["accountType"] = "SAVINGS",
        ["accountName"] = "Ada Obi",
        ["algorithm"] = "ECDSA-P256-SHA256",
        ["accessToken"] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwMTliZTMwZCJ9.c2lnbmF0dXJl",
        ["AuditedRequestResponse.body"] = """{"amount":100.5,"requestId":"salary-1"}""",
        ["AuditedRequestResponse.durationMs"] = 4.215m,
        ["AuditedRequestResponse.headers"] = new JsonObject { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer ***" },
        ["AuditedRequestResponse.method"] = "POST",
        ["AuditedRequestResponse.status"] = 200,
        ["AuditedRequestResponse.url"] = $"/wallet/{Id}/deposit",
        ["bankName"] = "Globus Bank",
        ["bodyBytes"] = 39,
        ["captured"] = 0m,
        ["checks"] = new JsonObject { ["database"] = "Healthy", ["journal"] = "Healthy" },
        ["clientIp"] = "203.0.113.9",
        ["commit"] = "5f13aa3",
        ["content"] = "eyJ0eXBlIjoiRlVORCJ9",
        ["context"] = "MOBILE_BANKING",
        ["correlationId"] = "019be30d7a3c7c119b6a2f4e0a6d5c31",
        ["currency"] = "NGN",
        ["customerNumber"] = "C20447",
        ["date"] = "2026-01-31",
        ["description"] = "Rent for January",
        ["email"] = "ada@example.com",
        ["event"] = "credit",
        ["every"] = "P1M",
        ["expected"] = "10050",
        ["expiresIn"] = 900,
        ["expiresInSeconds"] = 3_600,
        ["failureCode"] = "INSUFFICIENT_FUNDS",
        ["lastFailureCode"] = "INSUFFICIENT_FUNDS",
        ["lastError"] = "It did not answer within 5000 ms.",
        ["file"] = "checkpoint-20260131.txt",
        ["found"] = "10000",
        ["billerCode"] = "electricity",
        ["billerReference"] = "E000000041",
        ["BillerResponse.code"] = "electricity",
        ["BillerResponse.name"] = "Lagoon Electricity",
        ["BillPaymentResponse.failureCode"] = "DECLINED",
        ["BillPaymentResponse.status"] = "REVERSED",
        ["BillPaymentResponse.token"] = "00941822740051368237",
        ["BillStepResponse.detail"] = "The biller declined.",
        ["BillStepResponse.status"] = "REVERSING",
        ["customerName"] = "Ada Obi",
        ["customerReference"] = "45021234567",
        ["failureReason"] = "The biller declined.",
        ["PayBillResponse.status"] = "PENDING",
        ["referenceExample"] = "45021234567",
        ["referenceLabel"] = "Meter number",
        ["referencePattern"] = "\\d{11}",
        ["settledBecause"] = "The biller's statement of 31 January",
        ["disputedBecause"] = "The biller says that it has the money: E000000042.",
        ["SettleBillRequest.outcome"] = "COMPLETED",
        ["FraudAlertResponse.action"] = "FLAG",
        ["FraudAlertResponse.status"] = "OPEN",
        ["FraudEvidenceResponse.type"] = "WITHDRAW",
        ["framework"] = ".NET 10.0.0",
        ["fullName"] = "Ada Obi",
        ["hash"] = Hash,
        ["HealthResponse.status"] = "Healthy",
        ["HoldResponse.status"] = "ACTIVE",
        ["idempotencyKey"] = "fund-1",
        ["inactiveReason"] = "The account is closed (AC-ACCOUNT.CLOSED).",
        ["instructions"] = "Decode content and compute its hash.",
        ["JobResponse.key"] = "019be30d-8f02-7d54-a1c7-6be1905c2a47",
        ["JobResponse.kind"] = "schedule",
        ["JobResponse.payload"] = "{}",
        ["JobResponse.result"] = "{}",
        ["JobResponse.status"] = "DEAD",
        ["JobResponse.worker"] = "S10.0.0.4:11111:509822113",
        ["key"] = "wgk_c2VjcmV0",
        ["keyId"] = "9f86d081884c7d65",
        ["MadeResponse.kind"] = "TRANSACTION",
        ["ListedUserResponse.status"] = "ACTIVE",
        ["lockReason"] = "Lost telephone",
        ["metadata"] = new JsonObject { ["order"] = "7" },
        ["name"] = "Point of sale",
        ["username"] = "ada.banda",
        ["SyncStatusResponse.service"] = "balance-sync",
        ["SyncQueuedResponse.status"] = "QUEUED",
        ["narration"] = "Rent for January",
        ["nextCursor"] = "AQGb4w16PHwRm2ovTgptXDEAAAAAAAAAMw",
        ["note"] = "The customer was called",
        ["password"] = "correct horse battery",
        ["phone"] = "+2348012345678",
        ["previousHash"] = Hash,
        ["product"] = "WalletGrains",
        ["provider"] = "globus",
        ["publicKey"] = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…\n-----END PUBLIC KEY-----\n",
        ["reason"] = "Asked for by the customer",
        ["reasons"] = new JsonObject { ["activity"] = "statistics is 42 s behind the journal in partition 0." },
        ["ReceiverResponse.status"] = "OPEN",
        ["reference"] = "FT26031000017",
        ["refreshToken"] = "wgr_cmVmcmVzaCB0b2tlbg",
        ["requestId"] = "salary-1",
        ["role"] = "customer",
        ["rule"] = "FREQUENCY",
        ["ScheduleResponse.status"] = "ACTIVE",
        ["scopes"] = "money:in",
        ["senderName"] = "Ngozi Okonkwo",
        ["sha256"] = Hash,
        ["signature"] = "MEUCIQDx",
        ["signedText"] = $"walletgrains receipt {Id}",
        ["status"] = "COMPLETED",
        ["sum"] = 0m,
        ["tokenType"] = "Bearer",
        ["type"] = "FUND",
        ["TransferStepResponse.type"] = "TRANSFER_OUT",
        ["version"] = 51,
        ["VersionResponse.version"] = "0.1.0",
        ["VirtualAccountResponse.status"] = "ACTIVE",
        ["WalletResponse.status"] = "OPEN",
        ["WalletWithTransactionsResponse.status"] = "OPEN",
        ["WebhookResponse.status"] = "RECEIVED",
        ["what"] = "HEAD_BALANCE",
        ["where"] = $"wallet {Id}",
    };

    /// <summary>An example of a body of this type.</summary>
    public static JsonNode Of(Type type) => Of(ApiJson.Wire.GetTypeInfo(type)!, NoText);

    /// <summary>An example of a problem of this kind, as an answer of this endpoint.</summary>
    public static JsonNode Of(ProblemKind kind, string pattern, Operation operation)
    {
        var path = pattern.Replace("{id}", Id, StringComparison.Ordinal);
        var detail = kind == ProblemKind.OutcomeUnknown && operation.IfUnknown is { } advice ? Problem.OutcomeUnknownOf(advice).Detail : kind.Title + ".";
        var example = new JsonObject
        {
            ["type"] = kind.Type,
            ["title"] = kind.Title,
            ["status"] = kind.Status,
            ["detail"] = detail,
            ["instance"] = path,
            ["code"] = kind.Code,
            ["statusCode"] = kind.Status,
            ["timestamp"] = Time,
            ["path"] = path,
            ["error"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(kind.Status),
            ["message"] = detail,
            ["correlationId"] = Values["correlationId"].DeepClone(),
        };
        if (kind == ProblemKind.Validation)
        {
            example["errors"] = new JsonObject { ["amount"] = new JsonArray("amount is required.") };
        }
        else if (kind == ProblemKind.OutcomeUnknown && operation.TakesRequestId)
        {
            example["requestId"] = Values["requestId"].DeepClone();
        }

        return example;
    }

    private static JsonNode Of(JsonTypeInfo type, string member)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                var example = new JsonObject();
                foreach (var property in type.Properties)
                {
                    example[property.Name] = Values.GetValueOrDefault($"{type.Type.Name}.{property.Name}")?.DeepClone()
                        ?? OfMember(type.Options.GetTypeInfo(property.PropertyType), property.Name);
                }

                return example;
            case JsonTypeInfoKind.Enumerable:
                return new JsonArray(Of(type.Options.GetTypeInfo(type.ElementType!), member));
            default:
                return OfMember(type, member);
        }
    }

    private static JsonNode OfMember(JsonTypeInfo type, string name)
    {
        if (type.Kind is JsonTypeInfoKind.Object or JsonTypeInfoKind.Enumerable)
        {
            return Of(type, name);
        }

        // A text for a member that is none would be a wrong example: its name must have meant something else.
        var simple = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        var value = Values.GetValueOrDefault(name);
        return simple switch
        {
            _ when simple == typeof(Guid) => name.StartsWith("to", StringComparison.Ordinal) || name.StartsWith("receiver", StringComparison.Ordinal) ? OtherId : Id,
            _ when simple == typeof(DateTimeOffset) => name.StartsWith("end", StringComparison.Ordinal) || name.StartsWith("next", StringComparison.Ordinal) ? Later : Time,
            _ when simple == typeof(bool) => true,
            _ when simple == typeof(AmountText) => 100.5m,
            _ when simple == typeof(decimal) => value?.GetValueKind() == JsonValueKind.Number ? value.DeepClone() : 100.5m,
            _ when simple == typeof(int) || simple == typeof(long) => value?.GetValueKind() == JsonValueKind.Number ? value.DeepClone() : 1,
            _ => value?.DeepClone() ?? NoText,
        };
    }
}
