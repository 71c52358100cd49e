using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Bills;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A call without an answer is taken for one that did nothing: the money is given back of payments that the biller has taken.</summary>
internal sealed class LostCallTakenForNone : PlantedBug
{
    public override IBiller TamperBiller(IBiller biller) => new Tampered(biller, static answer => answer is BillerAnswer.Unknown ? new BillerAnswer.NotSent(null, "") : answer);
}

/// <summary>What the biller knows nothing of counts as failed, though a slow call may still be on its way.</summary>
internal sealed class NotFoundTakenForFailed : PlantedBug
{
    public override IBiller TamperBiller(IBiller biller) =>
        new Tampered(biller, static answer => answer is BillerAnswer.NotFound ? new BillerAnswer.Failed("NOT_FOUND", "") : answer);
}

/// <summary>A call that is repeated has a reference of its own.</summary>
internal sealed class ReferenceOfEachCall : PlantedBug
{
    private int _calls;

    public override IBiller TamperBiller(IBiller biller) =>
        new Tampered(biller, static answer => answer, order => order with { Reference = new Guid(++_calls, 0, 0, new byte[8]).ToString() });
}

/// <summary>A biller whose orders and answers are not what they were.</summary>
internal sealed class Tampered(IBiller biller, Func<BillerAnswer, BillerAnswer> answered, Func<BillOrder, BillOrder>? ordered = null) : IBiller
{
    public Biller Profile => biller.Profile;

    public bool Accepts(string customerReference) => biller.Accepts(customerReference);

    public async Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken) =>
        answered(await biller.PayAsync(ordered?.Invoke(order) ?? order, cancellationToken));

    public async Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken) => answered(await biller.FindAsync(order, cancellationToken));

    public Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken) => biller.EnquireAsync(customerReference, cancellationToken);
}
