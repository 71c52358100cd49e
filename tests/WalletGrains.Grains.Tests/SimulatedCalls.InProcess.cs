using Orleans.InProcess.Simulation;
using Xunit;

namespace WalletGrains.Grains.Tests;

/// <summary>Lets a test wait for what happens in a simulated world.</summary>
internal static class SimulatedCalls
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(1);

    /// <summary>Lets the world go on until something has happened.</summary>
    public static void Await(this SimulatedWorld world, Func<bool> done, TimeSpan atMost) =>
        Assert.True(world.Run(done, atMost), $"It did not happen within {atMost}.");

    /// <summary>Has a client do something and lets the world go on until that is answered.</summary>
    public static T Call<T>(this SimulatedWorld world, SimulatedClient client, Func<Task<T>> call)
    {
        Task<T>? task = null;
        client.Process.Start(() => task = call());
        world.Await(() => task is { IsCompleted: true }, LongestCall);
        return task!.GetAwaiter().GetResult();
    }

    /// <summary>Has a client do something and lets the world go on until that is answered.</summary>
    public static void Call(this SimulatedWorld world, SimulatedClient client, Func<Task> call) => world.Call(client, async () =>
    {
        await call();
        return true;
    });
}
