using Microsoft.Extensions.Configuration;
using WalletGrains.Grains.Bills;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>Settings of one biller.</summary>
internal static class BillerSettings
{
    /// <summary>The options that they make.</summary>
    public static BillerOptions Read(string code, IReadOnlyDictionary<string, string> settings) => BillerOptions.ReadAll(Configure((code, settings))).Single();

    /// <summary>The configuration with these billers.</summary>
    public static IConfiguration Configure(params IEnumerable<(string Code, IReadOnlyDictionary<string, string> Settings)> billers) => new ConfigurationBuilder()
        .AddInMemoryCollection(billers.SelectMany(biller => biller.Settings.Select(setting => KeyValuePair.Create($"Billers:{biller.Code}:{setting.Key}", (string?)setting.Value))))
        .Build();
}
