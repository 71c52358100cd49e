using Microsoft.Extensions.Options;
using WalletGrains.Contracts;

namespace WalletGrains.Api.Wallets;

/// <summary>What customers get and may do; section <c>Wallets</c> of the configuration.</summary>
public sealed class WalletOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Wallets";

    /// <summary>Customers may pay money into their own wallets. When not set: in Development only.</summary>
    public bool? AllowSelfFunding { get; set; }

    /// <summary>Currency of the wallet a new user gets, by its code of ISO 4217.</summary>
    public string DefaultUserCurrency { get; set; } = "NGN";

    /// <summary>Refuses to start with a currency that is none.</summary>
    internal sealed class Validator : IValidateOptions<WalletOptions>
    {
        public ValidateOptionsResult Validate(string? name, WalletOptions options) => Currency.TryParse(options.DefaultUserCurrency, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Wallets:DefaultUserCurrency is '{options.DefaultUserCurrency}'; it must be a code of ISO 4217 in capitals, such as NGN.");
    }
}
