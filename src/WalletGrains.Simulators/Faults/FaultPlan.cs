namespace WalletGrains.Simulators.Faults;

/// <summary>The rules in force, and what they draw.</summary>
internal sealed class FaultPlan(long seed)
{
    private readonly Lock _lock = new();
    private long _seed = seed;
    private List<Active> _rules = [];

    public long Seed
    {
        get
        {
            lock (_lock)
            {
                return _seed;
            }
        }
    }

    /// <summary>The rules in their order, and how often each has struck.</summary>
    public IReadOnlyList<(FaultRule Rule, int Struck)> Rules
    {
        get
        {
            lock (_lock)
            {
                return [.. _rules.Select(active => (active.Rule, active.Struck))];
            }
        }
    }

    /// <summary>Puts these rules in place of all others.</summary>
    public void Replace(long? seed, IEnumerable<FaultRule> rules)
    {
        lock (_lock)
        {
            _seed = seed ?? _seed;
            _rules = [.. rules.Select(rule => new Active(rule))];
        }
    }

    /// <summary>Adds rules behind the others.</summary>
    /// <returns>False when there would be too many.</returns>
    public bool TryAdd(IReadOnlyList<FaultRule> rules)
    {
        lock (_lock)
        {
            if (_rules.Count + rules.Count > SimulatorLimits.MaxRules)
            {
                return false;
            }

            _rules.AddRange(rules.Select(rule => new Active(rule)));
            return true;
        }
    }

    /// <summary>Draws what strikes a call.</summary>
    /// <param name="route">What is called.</param>
    /// <param name="key">What it is about.</param>
    /// <param name="occurrence">The how manieth call of this route and key it is, from 1.</param>
    public Strikes Strike(string route, string key, int occurrence)
    {
        lock (_lock)
        {
            if (_rules.Count == 0)
            {
                return Strikes.None;
            }

            List<FaultRule> struck = [];
            for (var i = 0; i < _rules.Count; i++)
            {
                var active = _rules[i];
                var rule = active.Rule;
                if (active.Struck >= rule.Times
                    || (rule.Key is not null && rule.Key != key)
                    || !Routes.Matches(rule.Route, route)
                    || !Routes.Allows(route, rule.Fault)
                    || struck.Exists(other => other.Fault == rule.Fault || (Routes.IsOfAnswer(other.Fault) && Routes.IsOfAnswer(rule.Fault)))
                    || Draw.Unit(_seed, i, route, key, occurrence) >= rule.Share)
                {
                    continue;
                }

                active.Struck++;
                struck.Add(rule);
            }

            return struck.Count == 0 ? Strikes.None : new Strikes(struck);
        }
    }

    private sealed class Active(FaultRule rule)
    {
        public FaultRule Rule { get; } = rule;

        public int Struck { get; set; }
    }
}
