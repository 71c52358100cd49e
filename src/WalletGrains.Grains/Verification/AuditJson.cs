using System.Text.Json;
using System.Text.Json.Serialization;
using WalletGrains.Contracts.Reconciliation;
using WalletGrains.Contracts.Verification;

namespace WalletGrains.Grains.Verification;

/// <summary>Results of checks as they are kept. Members may be added; old results lack them.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(VerificationResult))]
[JsonSerializable(typeof(ReconciliationResult))]
internal sealed partial class AuditJson : JsonSerializerContext;
