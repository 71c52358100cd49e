using System.Threading.Channels;

namespace WalletGrains.Journal.Activity;

/// <summary>Tells a waiting loop of this silo that something was committed. Setting it again before it was seen changes nothing.</summary>
public sealed class CommitSignal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, AllowSynchronousContinuations = false });

    /// <summary>Sets it: once for a commit, not for each of its entries.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Waits until it is set, and takes it back.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _set.Reader.ReadAsync(cancellationToken);
}
