using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Bills;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>The billers that a test gives.</summary>
internal sealed class GivenBillers(IReadOnlyList<IBiller> given) : IBillers
{
    public IReadOnlyList<Biller> All => [.. given.Select(biller => biller.Profile)];

    public IBiller? Find(string code) => given.FirstOrDefault(biller => biller.Profile.Code == code);
}
