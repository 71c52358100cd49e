namespace WalletGrains.Simulation.World;

/// <summary>What goes wrong between the silos and the database, and in it: each a share of the commits. May be changed at any time.</summary>
internal sealed class DatabaseFaults
{
    /// <summary>The queue in front of the database is full.</summary>
    public double Overload { get; set; }

    /// <summary>The database says that it rolled back.</summary>
    public double FailBefore { get; set; }

    /// <summary>The commit happens and its answer is an error: an unknown outcome.</summary>
    public double FailAfter { get; set; }

    /// <summary>The append never arrives; the silo learns nothing.</summary>
    public double LoseAppend { get; set; }

    /// <summary>The commit happens; the silo learns nothing.</summary>
    public double LoseAnswer { get; set; }

    /// <summary>The commit takes so long that the silo may give up before.</summary>
    public double Slow { get; set; }

    /// <summary>A read takes seconds, on its way there or back.</summary>
    public double SlowRead { get; set; }

    /// <summary>A read fails.</summary>
    public double FailRead { get; set; }

    /// <summary>No connection can be made.</summary>
    public bool IsAway { get; set; }

    public void Heal()
    {
        Overload = FailBefore = FailAfter = LoseAppend = LoseAnswer = Slow = SlowRead = FailRead = 0;
        IsAway = false;
    }
}
