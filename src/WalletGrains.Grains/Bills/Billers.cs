using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.Bills;

/// <summary>The billers of the configuration, each with a client of its own: what one of them does hinders no other.</summary>
internal sealed class Billers : IBillers, IDisposable
{
    private readonly Dictionary<string, BillerClient> _clients;

    /// <summary>Made by the container.</summary>
    /// <exception cref="ArgumentException">A setting is wrong or missing; the message names it.</exception>
    public Billers(BillerMetrics metrics, TimeProvider time, ILogger<CounterpartCalls> logger, IConfiguration? configuration = null)
    {
        var options = BillerOptions.ReadAll(configuration);
        All = [.. options.Select(biller => biller.Profile)];
        _clients = options.ToDictionary(biller => biller.Profile.Code, biller => new BillerClient(biller, metrics, time, logger), StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public IReadOnlyList<Biller> All { get; }

    /// <inheritdoc />
    public IBiller? Find(string code) => _clients.GetValueOrDefault(code);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
