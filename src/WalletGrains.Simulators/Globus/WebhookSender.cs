using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Globus;

/// <summary>Reports credits to the webhook of the bank's customer: signed, and again until it is answered with 200.</summary>
internal sealed class WebhookSender : BackgroundService
{
    /// <summary>What is counted to draw faults: reports, however often each is sent.</summary>
    private const string Report = "globus.report";

    private readonly FaultPlan _faults;
    private readonly CallLog _log;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, MaxConnectionsPerServer = SimulatorLimits.MaxWebhookConcurrency })
    {
        Timeout = SimulatorLimits.WebhookTimeout,
    };

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Delivery, (DateTimeOffset Due, long Order)> _waiting = new();
    private TaskCompletionSource _changed = NewSignal();
    private WebhookSettings? _settings;
    private string _secret;
    private bool _paused;
    private long _order;
    private int _generation;
    private int _underWay;
    private int _accepted;
    private int _attempts;
    private int _givenUp;

    public WebhookSender(SimulatorOptions options, FaultPlan faults, CallLog log, TimeProvider time)
    {
        (_faults, _log, _time) = (faults, log, time);
        _secret = options.WebhookSecret;
        _settings = options.WebhookUrl is { } url ? new WebhookSettings(url) : null;
    }

    /// <summary>Puts a report of the credit, and what strikes it, in the queue.</summary>
    /// <returns>False when the queue is full.</returns>
    public bool TryReport(BankCredit credit)
    {
        var strikes = _faults.Strike(Routes.Webhook, credit.Reference, _log.Occurrence(Report, credit.Reference));
        var altered = Body(credit with { Amount = credit.Amount + Strikes.OneUnit });
        var body = Body(credit with { Amount = credit.Amount + strikes.WrongBy });
        var copies = 1 + (strikes.Of(FaultKind.Duplicate)?.Copies ?? 0);
        lock (_lock)
        {
            if (_waiting.Count + copies > SimulatorLimits.MaxRecords)
            {
                return false;
            }

            Enqueue(new Delivery(credit.Reference, body, HoldOf(strikes, credit.Reference, 0), strikes.Have(FaultKind.AlteredDuplicate) ? altered : null));
            for (var copy = 1; copy < copies; copy++)
            {
                Enqueue(new Delivery(credit.Reference, body, HoldOf(strikes, credit.Reference, copy), AfterAccepted: null));
            }

            Signal();
            return true;
        }
    }

    public void Configure(WebhookSettings settings)
    {
        lock (_lock)
        {
            _settings = settings;
            _secret = settings.Secret ?? _secret;
            Signal();
        }
    }

    /// <summary>Lets reports pile up.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            _paused = true;
        }
    }

    /// <summary>
    /// Sends on what has piled up. What was held back is so from now on, so that with one delivery at a time the order depends on
    /// nothing but the seed.
    /// </summary>
    public void Resume()
    {
        lock (_lock)
        {
            _paused = false;
            var now = _time.GetUtcNow();
            var waiting = _waiting.UnorderedItems.OrderBy(item => item.Priority.Order).ToList();
            _waiting.Clear();
            foreach (var (delivery, priority) in waiting)
            {
                _waiting.Enqueue(delivery, (now + delivery.Hold, priority.Order));
            }

            Signal();
        }
    }

    public WebhookStatus Status()
    {
        lock (_lock)
        {
            return new WebhookStatus(_paused, _waiting.Count + _underWay, _accepted, _attempts, _givenUp);
        }
    }

    /// <summary>Waits until nothing is waiting or under way.</summary>
    public async Task<WebhookStatus> WaitForNoneAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
            }

            var status = Status();
            var left = limit - _time.GetElapsedTime(started);
            if (status.Pending == 0 || left <= TimeSpan.Zero)
            {
                return status;
            }

            await WaitAsync(changed, left, cancellationToken);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _waiting.Clear();
            _generation++;
            (_paused, _underWay, _accepted, _attempts, _givenUp) = (false, 0, 0, 0, 0);
            Signal();
        }
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Task changed;
            var wait = Timeout.InfiniteTimeSpan;
            lock (_lock)
            {
                changed = _changed.Task;
                while (_settings is { } settings && !_paused && _underWay < settings.Concurrency && _waiting.TryPeek(out var delivery, out var priority))
                {
                    wait = priority.Due - _time.GetUtcNow();
                    if (wait > TimeSpan.Zero)
                    {
                        break;
                    }

                    _waiting.Dequeue();
                    _underWay++;
                    _attempts++;
                    wait = Timeout.InfiniteTimeSpan;
                    _ = DeliverAsync(delivery, settings, _secret, _generation, stoppingToken);
                }
            }

            await WaitAsync(changed, wait, stoppingToken);
        }
    }

    private async Task DeliverAsync(Delivery delivery, WebhookSettings settings, string secret, int generation, CancellationToken stopping)
    {
        // Off the lock of the caller.
        await Task.Yield();
        var isAccepted = false;
        var call = _log.Begin(Routes.Webhook);
        call.Understand(delivery.Reference);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new ByteArrayContent(delivery.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Add("x-globus-signature", Signature(secret, delivery.Body));
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            isAccepted = response.StatusCode == HttpStatusCode.OK;
            call.Answer((int)response.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Nobody there, or no answer in time: the next attempt may have more luck.
        }
        finally
        {
            call.End();
        }

        lock (_lock)
        {
            // A reset in between has forgotten it.
            if (generation == _generation)
            {
                _underWay--;
                Settle(delivery, settings, isAccepted);
                Signal();
            }
        }
    }

    private void Settle(Delivery delivery, WebhookSettings settings, bool isAccepted)
    {
        if (isAccepted)
        {
            _accepted++;
            if (delivery.AfterAccepted is { } altered)
            {
                Enqueue(new Delivery(delivery.Reference, altered, TimeSpan.Zero, AfterAccepted: null));
            }

            return;
        }

        var attempts = delivery.Attempts + 1;
        if (attempts == SimulatorLimits.MaxWebhookAttempts)
        {
            _givenUp++;
            return;
        }

        var pause = TimeSpan.FromMilliseconds(Math.Min(settings.RedeliverMs * Math.Pow(2, attempts - 1), SimulatorLimits.MaxRedeliveryPause.TotalMilliseconds));
        Enqueue(delivery with { Attempts = attempts, Hold = pause });
    }

    private void Enqueue(Delivery delivery) => _waiting.Enqueue(delivery, (_time.GetUtcNow() + delivery.Hold, ++_order));

    private TimeSpan HoldOf(Strikes strikes, string reference, int copy)
    {
        var delay = TimeSpan.FromMilliseconds(strikes.Of(FaultKind.Delay)?.DelayMs ?? 0);
        if (strikes.Of(FaultKind.Reorder) is { } reorder)
        {
            delay += TimeSpan.FromMilliseconds(reorder.DelayMs * Draw.Unit(_faults.Seed, -1, Routes.Webhook, reference, copy));
        }

        return delay;
    }

    private static byte[] Body(BankCredit credit) => JsonSerializer.SerializeToUtf8Bytes(
        new CreditWebhook(
            "credit", credit.Reference, credit.AccountNumber, credit.Amount, credit.Currency, credit.SenderName, credit.Narration, credit.OccurredAt),
        SimulatorJson.Options);

    private static string Signature(string secret, byte[] body) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private async Task WaitAsync(Task changed, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(limit, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Something is due.
        }
    }

    /// <param name="Reference">Of the credit.</param>
    /// <param name="Body">What is sent, the same bytes each time.</param>
    /// <param name="Hold">How long it is held back.</param>
    /// <param name="AfterAccepted">What is sent once this was accepted; null for nothing.</param>
    private sealed record Delivery(string Reference, byte[] Body, TimeSpan Hold, byte[]? AfterAccepted)
    {
        /// <summary>How often it was sent without success.</summary>
        public int Attempts { get; init; }
    }
}
