using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Schedules;
using WalletGrains.Journal.Schedules;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Workload;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation.Counterparts;

/// <summary>Customers who have transfers made at a time, or every minute for some minutes, and think better of it now and then.</summary>
internal sealed class StandingOrders(SimulatedWorld world, Auditor auditor, Accounts accounts, Clients clients) : ICounterpart
{
    private const string Schedule = "schedule";
    private const string Recovery = "schedule-recovery";

    private const int Orders = 5;

    private readonly Random _random = world.NewRandom("standing orders");

    public IReadOnlyList<string> Kinds => [Schedule, Recovery];

    public IReadOnlyList<string> FinalKinds => [Schedule];

    public void AddServices(IServiceCollection services, SimulatedSilo silo, DatabaseConnection connection) => services
        .AddSingleton<IScheduleStore>(connection)
        .AddSingleton<IJobHandler, ScheduleJob>()
        .AddSingleton<IJobHandler, ScheduleRecovery>();

    public void Open()
    {
    }

    public void Begin()
    {
        for (var i = 0; i < Orders; i++)
        {
            var requestId = RequestId.FromClient($"order {i}");
            world.After(FaultPlan.Duration * _random.NextDouble(), () => clients.Start(session => OrderAsync(session, requestId)));
        }
    }

    public void Heal()
    {
    }

    public void Check() => auditor.Schedules.CheckAll();

    private async Task OrderAsync(SimulatedClient session, RequestId requestId)
    {
        var payer = accounts.Ring[_random.Next(accounts.Ring.Count)];
        var startAt = SimulatedWorld.Epoch + world.Now + (TimeSpan.FromSeconds(20) * _random.NextDouble());
        var recurs = _random.Next(2) == 0;
        var command = new CreateSchedule(
            requestId,
            payer,
            _random.Next(4) == 0 ? accounts.Purse : accounts.Full,
            new Money(_random.Next(1, 200), Accounts.Home),
            startAt,
            recurs ? Period.Parse("PT1M") : null,
            recurs ? startAt + (TimeSpan.FromMinutes(3) * _random.NextDouble()) : null,
            "rent");
        ScheduleOutcome? outcome = null;
        await Clients.UntilItWorksAsync(session, async grains =>
        {
            outcome = await grains.GetGrain<IScheduleGrain>(0).CreateAsync(command);
            if (outcome is ScheduleOutcome.NotDecided)
            {
                throw new UnavailableException("Not known yet.");
            }
        });
        auditor.Schedules.NoteOutcome(command, outcome!);
        if (outcome is ScheduleOutcome.Created created && _random.Next(4) == 0)
        {
            await Task.Delay(TimeSpan.FromMinutes(1) * _random.NextDouble(), session.Process.Clock);
            await Clients.UntilItWorksAsync(session, grains => grains.GetGrain<IScheduleGrain>(0).CancelAsync(created.Schedule.ScheduleId));
        }
    }
}
