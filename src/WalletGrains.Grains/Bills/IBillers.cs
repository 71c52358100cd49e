using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;

namespace WalletGrains.Grains.Bills;

/// <summary>The billers that are configured.</summary>
public interface IBillers
{
    /// <summary>What each takes, by code.</summary>
    IReadOnlyList<Biller> All { get; }

    /// <summary>The biller with this code; null when there is none.</summary>
    IBiller? Find(string code);
}

/// <summary>One biller. Its calls throw when they are cancelled and not otherwise; one that is cancelled may have been done.</summary>
public interface IBiller
{
    /// <summary>What it takes.</summary>
    Biller Profile { get; }

    /// <summary>The text looks like a reference of one of its customers.</summary>
    bool Accepts(string customerReference);

    /// <summary>Pays, once for a reference however often it is called: a repeat is answered how the payment stands.</summary>
    Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken);

    /// <summary>Asks how a payment stands.</summary>
    Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken);

    /// <summary>Asks whose reference it is. Only of a biller that tells (<see cref="Biller.NameEnquiry"/>).</summary>
    Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken);
}

/// <summary>What is to be paid.</summary>
/// <param name="Reference">Our name of the payment, for ever: 1 to 100 characters.</param>
/// <param name="CustomerReference">Whose bill it is.</param>
/// <param name="Amount">How much, in the biller's currency.</param>
public sealed record BillOrder(string Reference, string CustomerReference, Money Amount);
