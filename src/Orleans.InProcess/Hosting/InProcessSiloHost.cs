using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.InProcess;

namespace Orleans.Hosting;

/// <summary>Starts and stops the silo with the host. Stopping ends every activation, within the host's shutdown time.</summary>
internal sealed class InProcessSiloHost(InProcessSilo silo, IServiceProvider services) : IHostedLifecycleService
{
    private readonly ReminderService? _reminders = services.GetService<ReminderService>();

    // Other hosted services may call grains from their StartAsync to their StopAsync, whatever the order of registration.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        silo.Start();
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Reminders tick when everything else is ready, and first of all things cease.
    public Task StartedAsync(CancellationToken cancellationToken) => _reminders?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _reminders?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A delegate as a filter.</summary>
internal sealed class DelegateCallFilter(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);
}
