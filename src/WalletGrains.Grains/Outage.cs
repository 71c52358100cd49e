using WalletGrains.Contracts;
using WalletGrains.Journal;

namespace WalletGrains.Grains;

/// <summary>Tells callers of grains of the journal's outages in the words of the contracts.</summary>
internal static class Outage
{
    /// <summary>Awaits a read.</summary>
    /// <exception cref="UnavailableException">The journal is away.</exception>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOverloadedException)
        {
            throw new UnavailableException("The store cannot be read now.", e);
        }
    }

    /// <summary>Awaits a write.</summary>
    /// <exception cref="UnavailableException">The journal is away; nothing was written.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost.</exception>
    public static async Task<T> GuardWriteAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (JournalUnavailableException e)
        {
            throw new UnavailableException("The store cannot be written now.", e);
        }
        catch (JournalOutcomeUnknownException e)
        {
            throw new OutcomeUnknownException("Whether this was written is not known.", e);
        }
    }
}
