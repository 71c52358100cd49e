using System.Globalization;
using WalletGrains.Simulators.Calls;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Billers;

/// <summary>A biller's books.</summary>
internal sealed class Biller(BillerProfile profile, TimeProvider time)
{
    private const string Currency = "NGN";

    /// <summary>Payments for customer references that end in this always fail, so that one can watch a reversal without setting a fault.</summary>
    private const string DeclinedEnding = "999";

    private static readonly string[] Names = ["Ada Obi", "Bola Ade", "Chidi Eze", "Dayo Ola", "Efe Ighalo", "Funmi Bello", "Gozie Umeh", "Halima Sani"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Booked> _byReference = new(StringComparer.Ordinal);
    private readonly List<Booked> _payments = [];

    public BillerProfile Profile => profile;

    public BillerDetails Details { get; } = new(
        profile.Code,
        profile.Name,
        Currency,
        profile.Label,
        profile.Pattern.ToString().Replace(@"\A", "^", StringComparison.Ordinal).Replace(@"\z", "$", StringComparison.Ordinal),
        profile.Example,
        profile.MinAmount,
        profile.MaxAmount,
        profile.HasNameEnquiry);

    /// <summary>Tells whose reference it is.</summary>
    public Reply Enquire(string customerReference) =>
        profile.HasNameEnquiry && profile.Pattern.IsMatch(customerReference)
            ? Reply.Ok(new CustomerResponse(customerReference, Names[(int)(Draw.Number(0, 0, profile.Code, customerReference, 0) % (ulong)Names.Length)]))
            : Reply.Refused(StatusCodes.Status404NotFound, "UNKNOWN_CUSTOMER", $"There is no customer {customerReference}.");

    /// <summary>Takes a payment, or answers how the one stands that was taken under the reference before.</summary>
    public Reply Pay(PaymentRequest request, Strikes strikes)
    {
        lock (_lock)
        {
            if (_byReference.TryGetValue(request.Reference, out var known))
            {
                return known.IsOf(request)
                    ? Shown(known, strikes)
                    : Reply.Refused(StatusCodes.Status409Conflict, "REFERENCE_REUSED", "There is a payment of other content under this reference.");
            }

            if (Refusal(request) is { } refusal)
            {
                return refusal;
            }

            if (_payments.Count >= SimulatorLimits.MaxRecords)
            {
                return Reply.Full;
            }

            var booked = new Booked(request, time.GetUtcNow(), $"{profile.Code[..1].ToUpperInvariant()}{_payments.Count + 1:D9}", strikes.Of(FaultKind.Late)?.Queries ?? 0)
            {
                FailsBecause = strikes.Have(FaultKind.Decline) || request.CustomerReference.EndsWith(DeclinedEnding, StringComparison.Ordinal)
                    ? "DECLINED"
                    : null,
            };
            _byReference.Add(request.Reference, booked);
            _payments.Add(booked);
            if (booked.QueriesLeft == 0)
            {
                booked.Settle(time.GetUtcNow());
            }

            return Shown(booked, strikes);
        }
    }

    /// <summary>Tells how a payment stands. One that is late comes nearer to its end by it.</summary>
    public Reply Query(string reference, Strikes strikes)
    {
        lock (_lock)
        {
            if (!_byReference.TryGetValue(reference, out var booked))
            {
                return Reply.NotFound("payment");
            }

            if (!booked.IsFinal && --booked.QueriesLeft < 0)
            {
                booked.Settle(time.GetUtcNow());
            }

            return Shown(booked, strikes);
        }
    }

    /// <summary>Ends a payment that is late.</summary>
    /// <returns>The payment; null when there is none, or it is final.</returns>
    public BillerPayment? Settle(string reference, PaymentStatus status)
    {
        lock (_lock)
        {
            if (!_byReference.TryGetValue(reference, out var booked) || booked.IsFinal)
            {
                return null;
            }

            booked.FailsBecause = status == PaymentStatus.Failed ? "DECLINED" : null;
            booked.Settle(time.GetUtcNow());
            return Show(booked);
        }
    }

    public Page<BillerPayment> Payments(int after, int limit)
    {
        lock (_lock)
        {
            var page = Page<Booked>.Of(_payments, after, limit);
            return new Page<BillerPayment>([.. page.Items.Select(Show)], page.Total, page.Next);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _byReference.Clear();
            _payments.Clear();
        }
    }

    private Reply? Refusal(PaymentRequest request)
    {
        if (request.Currency != Currency)
        {
            return Reply.Refused(StatusCodes.Status422UnprocessableEntity, "WRONG_CURRENCY", $"{profile.Name} takes {Currency} only.");
        }

        if (!profile.Pattern.IsMatch(request.CustomerReference))
        {
            return Reply.Refused(StatusCodes.Status422UnprocessableEntity, "UNKNOWN_CUSTOMER", $"There is no customer {request.CustomerReference}.");
        }

        return request.Amount < profile.MinAmount || request.Amount > profile.MaxAmount
            ? Reply.Refused(StatusCodes.Status422UnprocessableEntity, "AMOUNT_OUT_OF_BOUNDS", string.Create(CultureInfo.InvariantCulture, $"{profile.Name} takes from {profile.MinAmount} to {profile.MaxAmount}."))
            : null;
    }

    private Reply Shown(Booked booked, Strikes strikes) => Reply.Ok(Show(booked) with { Amount = booked.Request.Amount + strikes.WrongBy });

    private BillerPayment Show(Booked booked) => new(
        booked.Request.Reference,
        booked.BillerReference,
        booked.Request.CustomerReference,
        booked.Request.Amount,
        booked.Request.Currency,
        booked.Status,
        booked.CreatedAt,
        booked.CompletedAt,
        booked.Status == PaymentStatus.Failed ? booked.FailsBecause : null,
        booked.Status == PaymentStatus.Successful && profile.Code == "electricity" ? Token(booked.Request.Reference) : null);

    /// <summary>What a prepaid meter is charged with: twenty digits.</summary>
    private static string Token(string reference) => $"{Draw.Number(0, 1, "electricity", reference, 0):D20}";

    private sealed class Booked(PaymentRequest request, DateTimeOffset createdAt, string billerReference, int queriesLeft)
    {
        public PaymentRequest Request { get; } = request;
        public string BillerReference { get; } = billerReference;
        public DateTimeOffset CreatedAt { get; } = createdAt;
        public int QueriesLeft { get; set; } = queriesLeft;
        public string? FailsBecause { get; set; }
        public PaymentStatus Status { get; private set; }
        public DateTimeOffset? CompletedAt { get; private set; }
        public bool IsFinal => Status != PaymentStatus.Pending;

        public bool IsOf(PaymentRequest other) => Request == other;

        public void Settle(DateTimeOffset at)
        {
            Status = FailsBecause is null ? PaymentStatus.Successful : PaymentStatus.Failed;
            CompletedAt = at;
        }
    }
}
