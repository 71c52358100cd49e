using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal.Activity;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Activity;

/// <summary>Relays are woken as long as the host runs, whatever becomes of a call to one of them.</summary>
public sealed class RelayWakeupsTests
{
    [Fact]
    public async Task A_call_that_is_cancelled_under_way_ends_nothing()
    {
        var commits = new CommitSignal();
        var woken = new SemaphoreSlim(0);
        var grains = DispatchProxy.Create<IGrainFactory, Cancelling>();
        ((Cancelling)grains).Woken = woken;
        using var wakeups = new RelayWakeups(commits, grains, new ActivityOptions { Partitions = 1 }, NullLogger<RelayWakeups>.Instance);
        await wakeups.StartAsync(TestContext.Current.CancellationToken);
        for (var commit = 0; commit < 3; commit++)
        {
            commits.Set();
            Assert.True(await woken.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken));
        }

        await wakeups.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(wakeups.ExecuteTask!.IsCompleted);
    }

    /// <summary>Grains whose calls are cancelled by somebody else than their caller; the factory, and a relay of it.</summary>
    public class Cancelling : DispatchProxy
    {
        internal SemaphoreSlim Woken { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IJournalRelayGrain.WakeAsync))
            {
                Woken.Release();
                return Task.FromCanceled(new CancellationToken(canceled: true));
            }

            var relay = Create<IJournalRelayGrain, Cancelling>();
            ((Cancelling)relay).Woken = Woken;
            return relay;
        }
    }
}
