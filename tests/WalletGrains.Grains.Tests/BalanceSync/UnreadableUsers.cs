using System.Reflection;
using WalletGrains.Journal;
using WalletGrains.Journal.BalanceSync;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>A store whose users cannot be read at times.</summary>
public class UnreadableUsers : DispatchProxy
{
    private IMobileUserStore _store = null!;
    private Func<bool> _isUnreadable = null!;

    public static IMobileUserStore Sometimes(IMobileUserStore store, Func<bool> isUnreadable)
    {
        var proxy = Create<IMobileUserStore, UnreadableUsers>();
        (((UnreadableUsers)(object)proxy)._store, ((UnreadableUsers)(object)proxy)._isUnreadable) = (store, isUnreadable);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IMobileUserStore.FindAsync) && _isUnreadable()
        ? Task.FromException<MobileUserRows?>(new JournalUnavailableException("It is away."))
        : targetMethod.Invoke(_store, args);
}
