namespace WalletGrains.Grains;

/// <summary>Makes the ids that the server chooses: UUIDs of version 7, ordered by time. A simulation overrides it.</summary>
public class IdGenerator(TimeProvider time)
{
    /// <summary>A new id.</summary>
    public virtual Guid NewId() => Guid.CreateVersion7(time.GetUtcNow());
}
