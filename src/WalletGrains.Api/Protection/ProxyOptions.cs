using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace WalletGrains.Api.Protection;

/// <summary>Which proxies are believed when they say who a client is; section <c>Proxies</c> of the configuration.</summary>
public sealed class ProxyOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Proxies";

    /// <summary>
    /// Addresses and networks (10.0.0.0/8) of the proxies before this host, with commas between them. Only from them X-Forwarded-For and
    /// X-Forwarded-Proto are taken; of several hops, up to the first that is not one of them. When not set nobody is believed.
    /// </summary>
    public string? Trusted { get; set; }

    private IEnumerable<string> Parts => (Trusted ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Clients come through proxies.</summary>
    internal bool AreThere => Parts.Any();

    /// <summary>The framework's options; null when nobody is believed.</summary>
    internal ForwardedHeadersOptions? ToForwardedHeaders()
    {
        if (!AreThere)
        {
            return null;
        }

        // Where a trusted proxy ends is what ends the chain, not a number of hops.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in Parts.Select(part => Parse(part)!.Value))
        {
            options.KnownIPNetworks.Add(network);
        }

        return options;
    }

    private static IPNetwork? Parse(string part) =>
        IPAddress.TryParse(part, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(part, out var network) ? network
        : null;

    /// <summary>Refuses to start with a proxy that is none: the real one would not be believed.</summary>
    internal sealed class Validator : IValidateOptions<ProxyOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProxyOptions options) => options.Parts.FirstOrDefault(part => Parse(part) is null) is { } wrong
            ? ValidateOptionsResult.Fail($"Proxies:Trusted has '{wrong}'; it must be IP addresses and networks such as 10.0.0.0/8, with commas between them.")
            : ValidateOptionsResult.Success;
    }
}
