using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Schedules;

/// <summary>A digest of what a request for a schedule asks for, so that a request id that comes back with other content is noticed.</summary>
public static class ScheduleFingerprint
{
    /// <summary>The fingerprint of a request.</summary>
    public static byte[] Of(CreateSchedule command)
    {
        // The description comes last: everything before it has no separator in it.
        var text = FormattableString.Invariant(
            $"{command.ToWalletId}|{command.Amount.MinorUnits}|{command.Amount.Currency.Code}|{command.StartAt.UtcTicks}|{command.Every}|{command.EndAt?.UtcTicks}|{(command.Description is null ? 0 : 1)}|{command.Description}");
        return SHA256.HashData(Encoding.UTF8.GetBytes(text))[..Fingerprint.Length];
    }
}
