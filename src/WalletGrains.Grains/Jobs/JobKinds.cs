using Microsoft.Extensions.Configuration;

namespace WalletGrains.Grains.Jobs;

/// <summary>A kind of jobs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Handler">Who does them.</param>
/// <param name="Policy">How they are run.</param>
public sealed record JobKind(string Name, IJobHandler Handler, JobPolicy Policy);

/// <summary>All kinds of jobs there are, with their policies as configured.</summary>
public sealed class JobKinds
{
    private const string Section = JobOptions.Section + ":Kinds";

    private readonly Dictionary<string, JobKind> _kinds;

    /// <summary>Reads the section Jobs:Kinds of the configuration over the handlers' own policies.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    public JobKinds(IEnumerable<IJobHandler> handlers, IConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        var section = configuration?.GetSection(Section);
        _kinds = handlers.ToDictionary(handler => handler.Kind, handler => ToKind(handler, section), StringComparer.Ordinal);
        foreach (var configured in section?.GetChildren() ?? [])
        {
            if (!_kinds.ContainsKey(configured.Key))
            {
                throw new ArgumentException($"{configured.Path} names no kind of jobs; there are {string.Join(", ", _kinds.Keys.Order(StringComparer.Ordinal))}.");
            }
        }

        foreach (var sharing in _kinds.Values.Where(kind => kind.Policy.SharesRateOf is not null).ToList())
        {
            if (_kinds.GetValueOrDefault(sharing.Policy.SharesRateOf!) is not { Policy: { SharesRateOf: null, RatePerSecond: not null } shared })
            {
                throw new ArgumentException($"{Section}:{sharing.Name}:{nameof(JobPolicy.SharesRateOf)} is {sharing.Policy.SharesRateOf}; it must be a kind of jobs with a rate of its own.");
            }

            _kinds[sharing.Name] = sharing with
            {
                Policy = sharing.Policy with { RatePerSecond = shared.RatePerSecond, Burst = shared.Burst, Reserved = shared.Reserved },
            };
        }
    }

    /// <summary>Every kind.</summary>
    public IReadOnlyCollection<JobKind> All => _kinds.Values;

    /// <summary>The kind with this name; null when there is none.</summary>
    public JobKind? Find(string name) => _kinds.GetValueOrDefault(name);

    private static JobKind ToKind(IJobHandler handler, IConfigurationSection? section)
    {
        var policy = handler.Policy with { };
        try
        {
            section?.GetSection(handler.Kind).Bind(policy, static options => options.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException wrong)
        {
            throw new ArgumentException($"{Section}:{handler.Kind} cannot be read: {wrong.Message}", wrong);
        }

        policy.Validate(handler.Kind);
        return new JobKind(handler.Kind, handler, policy);
    }
}
