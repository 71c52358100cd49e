using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using WalletGrains.Api.Audit;
using WalletGrains.Api.BalanceSync;
using WalletGrains.Api.Bills;
using WalletGrains.Api.Bulks;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Fraud;
using WalletGrains.Api.Operations;
using WalletGrains.Api.Proofs;
using WalletGrains.Api.Push;
using WalletGrains.Api.Schedules;
using WalletGrains.Api.Statistics;
using WalletGrains.Api.Transfers;
using WalletGrains.Api.Users;
using WalletGrains.Api.VirtualAccounts;
using WalletGrains.Api.Wallets;

namespace WalletGrains.Api.Http;

/// <summary>How this Api reads and writes JSON; made at build time, so that no request pays for reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterResponse))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(MeResponse))]
[JsonSerializable(typeof(SetRoleRequest))]
[JsonSerializable(typeof(LockUserRequest))]
[JsonSerializable(typeof(ListedUserResponse))]
[JsonSerializable(typeof(UserListResponse))]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(NewApiKeyResponse))]
[JsonSerializable(typeof(ApiKeyListResponse))]
[JsonSerializable(typeof(OpenWalletRequest))]
[JsonSerializable(typeof(FundRequest))]
[JsonSerializable(typeof(BalanceChangeRequest))]
[JsonSerializable(typeof(BalanceChangeResponse))]
[JsonSerializable(typeof(WalletResponse))]
[JsonSerializable(typeof(WalletResponse[]))]
[JsonSerializable(typeof(WalletWithTransactionsResponse))]
[JsonSerializable(typeof(TransactionResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(PlaceHoldRequest))]
[JsonSerializable(typeof(CaptureHoldRequest))]
[JsonSerializable(typeof(ReleaseHoldRequest))]
[JsonSerializable(typeof(HoldResponse))]
[JsonSerializable(typeof(LifecycleRequest))]
[JsonSerializable(typeof(LimitsRequest))]
[JsonSerializable(typeof(LimitsResponse))]
[JsonSerializable(typeof(ReverseTransferRequest))]
[JsonSerializable(typeof(ReverseTransferResponse))]
[JsonSerializable(typeof(SendTransferRequest))]
[JsonSerializable(typeof(SendTransferResponse))]
[JsonSerializable(typeof(WalletTransferRequest))]
[JsonSerializable(typeof(WalletTransferResponse))]
[JsonSerializable(typeof(TransferResponse))]
[JsonSerializable(typeof(BulkRequest))]
[JsonSerializable(typeof(BulkResponse))]
[JsonSerializable(typeof(ScheduleRequest))]
[JsonSerializable(typeof(ScheduleResponse))]
[JsonSerializable(typeof(SchedulesResponse))]
[JsonSerializable(typeof(BillerResponse[]))]
[JsonSerializable(typeof(PayBillRequest))]
[JsonSerializable(typeof(PayBillResponse))]
[JsonSerializable(typeof(BillPaymentResponse))]
[JsonSerializable(typeof(BillPaymentListResponse))]
[JsonSerializable(typeof(SettleBillRequest))]
[JsonSerializable(typeof(BillUpdated))]
[JsonSerializable(typeof(RunReconciliationRequest))]
[JsonSerializable(typeof(ReconciliationResponse))]
[JsonSerializable(typeof(TrialBalanceResponse[]))]
[JsonSerializable(typeof(TransferListResponse))]
[JsonSerializable(typeof(StatisticsResponse))]
[JsonSerializable(typeof(RebuildResponse))]
[JsonSerializable(typeof(FraudAlertListResponse))]
[JsonSerializable(typeof(FraudAlertResponse))]
[JsonSerializable(typeof(ResolveFraudAlertRequest))]
[JsonSerializable(typeof(AuditListResponse))]
[JsonSerializable(typeof(CreateMobileUserRequest))]
[JsonSerializable(typeof(AddMobileAccountRequest))]
[JsonSerializable(typeof(ChangeMobileUserRequest))]
[JsonSerializable(typeof(ChangeMobileAccountRequest))]
[JsonSerializable(typeof(MobileLoginRequest))]
[JsonSerializable(typeof(MobileLoginResponse))]
[JsonSerializable(typeof(MobileUserResponse))]
[JsonSerializable(typeof(SyncQueuedResponse))]
[JsonSerializable(typeof(SyncStatusResponse))]
[JsonSerializable(typeof(JobListResponse))]
[JsonSerializable(typeof(JobResponse))]
[JsonSerializable(typeof(ReceiptResponse))]
[JsonSerializable(typeof(SigningKeyResponse))]
[JsonSerializable(typeof(CheckpointResponse))]
[JsonSerializable(typeof(CheckpointResponse[]))]
[JsonSerializable(typeof(VerdictResponse))]
[JsonSerializable(typeof(VerificationResponse))]
[JsonSerializable(typeof(VirtualAccountResponse))]
[JsonSerializable(typeof(JsonDocument))]
[JsonSerializable(typeof(GlobusWebhook))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(CreditMissingRequest))]
[JsonSerializable(typeof(BankReconciliationResponse))]
[JsonSerializable(typeof(WalletUpdated))]
[JsonSerializable(typeof(IReadOnlyDictionary<Guid, long>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(VersionResponse))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>
    /// Letters of all scripts are written as they are; what HTML could mistake for markup is escaped, so that a description is
    /// harmless even on a page that forgets to.
    /// </summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    /// <summary>The only instance in use.</summary>
    public static readonly ApiJson Wire = new(Configure(new JsonSerializerOptions(JsonSerializerOptions.Strict)));

    /// <summary>Documents of third parties. Two members of one name are found when something is made of them; elsewhere they are none of our business.</summary>
    public static readonly JsonTypeInfo<JsonDocument> OfOthers = new ApiJson(new JsonSerializerOptions(Wire.Options) { AllowDuplicateProperties = true }).JsonDocument;

    /// <summary>Makes options read and write as this Api does.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.ReadCommentHandling = JsonCommentHandling.Disallow;
        options.AllowTrailingCommas = false;
        options.MaxDepth = ApiLimits.MaxJsonDepth;
        options.Encoder = Encoder;
        options.Converters.Add(new UtcTime());
        return options;
    }
}
