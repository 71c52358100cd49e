using System.Diagnostics.Metrics;

namespace WalletGrains.Grains.Bills;

/// <summary>The instruments of the meter "WalletGrains.Billers".</summary>
internal sealed class BillerMetrics : IDisposable
{
    private readonly Meter _meter = new("WalletGrains.Billers");
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _duration;

    public BillerMetrics()
    {
        _calls = _meter.CreateCounter<long>(
            "walletgrains.billers.calls",
            "{call}",
            "Calls by biller, call (pay, find, enquire) and answer: paid, failed, refused, pending, not_found, known, nobody, unknown or not_sent");
        _duration = _meter.CreateHistogram<double>("walletgrains.billers.call_duration", "s", "Time of a call of a biller");
    }

    public void Asked(string biller, string call, BillerAnswer answer, TimeSpan duration) => Count(biller, call, duration, answer switch
    {
        BillerAnswer.Paid => "paid",
        BillerAnswer.Failed => "failed",
        BillerAnswer.Refused => "refused",
        BillerAnswer.Pending => "pending",
        BillerAnswer.NotFound => "not_found",
        BillerAnswer.Unknown => "unknown",
        BillerAnswer.NotSent => "not_sent",
        _ => throw new InvalidOperationException($"A biller answered {answer}."),
    });

    public void Enquired(string biller, CustomerAnswer answer, TimeSpan duration) => Count(biller, "enquire", duration, answer switch
    {
        CustomerAnswer.Known => "known",
        CustomerAnswer.Nobody => "nobody",
        CustomerAnswer.NotSaid => "unknown",
        _ => throw new InvalidOperationException($"A biller answered {answer}."),
    });

    public void Dispose() => _meter.Dispose();

    private void Count(string biller, string call, TimeSpan duration, string answer)
    {
        KeyValuePair<string, object?> ofBiller = new("biller", biller), ofCall = new("call", call);
        _calls.Add(1, ofBiller, ofCall, new KeyValuePair<string, object?>("answer", answer));

        // What was not sent took no time of the biller.
        if (answer != "not_sent")
        {
            _duration.Record(duration.TotalSeconds, ofBiller, ofCall);
        }
    }
}
