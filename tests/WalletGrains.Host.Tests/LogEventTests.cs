using System.Reflection;
using Microsoft.Extensions.Logging;
using WalletGrains.Api;
using WalletGrains.Grains;
using WalletGrains.Host.Startup;
using WalletGrains.Journal;
using Xunit;

namespace WalletGrains.Host.Tests;

/// <summary>Operators set alarms on event ids.</summary>
public sealed class LogEventTests
{
    [Fact]
    public void Every_event_has_an_id_of_its_own_over_all_of_the_product()
    {
        Assembly[] product = [typeof(WalletGrainsApi).Assembly, typeof(GrainServices).Assembly, typeof(WalletGrainsHost).Assembly, typeof(IJournal).Assembly];
        var events = product
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, Event: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(logged => logged.Event is not null)
            .ToList();
        Assert.True(events.Count > 40, "The events were not found.");
        Assert.Empty(events.GroupBy(logged => logged.Event!.EventId).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(of => $"{of.Method.DeclaringType!.Name}.{of.Method.Name}"))}"));
    }
}
