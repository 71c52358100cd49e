using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WalletGrains.Api.Auth;

namespace WalletGrains.Api.Http;

/// <summary>
/// Where a page of a list ended. A cursor names the list it belongs to, so one that was made up, cut short or taken from
/// another list is refused. It is no secret and grants nothing: the list is read with the caller's own rights.
/// </summary>
internal static class Cursor
{
    /// <summary>Characters of the longest cursor: 33 bytes in base64url.</summary>
    public const int MaxLength = 44;

    private const byte HistoryOfWallet = 1;
    private const byte WalletsOfOwner = 2;
    private const byte SchedulesOfWallet = 3;
    private const byte ListOfTransfers = 4;

    /// <summary>And the two numbers behind it.</summary>
    private const byte ListOfAlerts = 5;

    private const byte ListOfRequests = 8;
    private const byte ListOfUsers = 20;
    private const byte ListOfApiKeys = 21;
    private const byte ListOfJobs = 22;
    private const byte ListOfBills = 24;

    /// <summary>The page of a wallet's history that follows the entry with this version.</summary>
    public static string AfterEntry(Guid walletId, long version)
    {
        Span<byte> position = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(position, version);
        return Write(HistoryOfWallet, walletId, position);
    }

    /// <summary>Reads a cursor of this wallet's history.</summary>
    public static bool TryReadEntry(string text, Guid walletId, out long version)
    {
        Span<byte> position = stackalloc byte[sizeof(long)];
        version = TryRead(text, HistoryOfWallet, walletId, position) ? BinaryPrimitives.ReadInt64BigEndian(position) : 0;
        return version > 0;
    }

    /// <summary>The page of an owner's wallets that follows this wallet.</summary>
    public static string AfterWallet(Guid ownerId, Guid walletId) => WriteId(WalletsOfOwner, ownerId, walletId);

    /// <summary>Reads a cursor of this owner's wallets.</summary>
    public static bool TryReadWallet(string text, Guid ownerId, out Guid walletId) => TryReadId(text, WalletsOfOwner, ownerId, out walletId);

    /// <summary>The page of a wallet's schedules that follows this schedule.</summary>
    public static string AfterSchedule(Guid walletId, Guid scheduleId) => WriteId(SchedulesOfWallet, walletId, scheduleId);

    /// <summary>Reads a cursor of this wallet's schedules.</summary>
    public static bool TryReadSchedule(string text, Guid walletId, out Guid scheduleId) => TryReadId(text, SchedulesOfWallet, walletId, out scheduleId);

    /// <summary>The page of a list of transfers that follows this transfer.</summary>
    /// <param name="list">Number of the list.</param>
    /// <param name="transferId">The transfer.</param>
    public static string AfterTransfer(int list, Guid transferId) => WriteId(ListOfTransfers, IdOf(list), transferId);

    /// <summary>Reads a cursor of this list of transfers.</summary>
    public static bool TryReadTransfer(string text, int list, out Guid transferId) => TryReadId(text, ListOfTransfers, IdOf(list), out transferId);

    /// <summary>The page of a list of fraud alerts that follows this alert.</summary>
    /// <param name="list">Number of the list, 0 to 2.</param>
    /// <param name="walletId">The wallet it is about; null for all.</param>
    /// <param name="alertId">The alert.</param>
    public static string AfterAlert(int list, Guid? walletId, Guid alertId) => WriteId((byte)(ListOfAlerts + list), walletId ?? Guid.Empty, alertId);

    /// <summary>Reads a cursor of this list of fraud alerts.</summary>
    public static bool TryReadAlert(string text, int list, Guid? walletId, out Guid alertId) =>
        TryReadId(text, (byte)(ListOfAlerts + list), walletId ?? Guid.Empty, out alertId);

    /// <summary>The page of a list of users that follows this user.</summary>
    /// <param name="list">Number of the list.</param>
    /// <param name="userId">The user.</param>
    public static string AfterUser(int list, Guid userId) => WriteId(ListOfUsers, IdOf(list), userId);

    /// <summary>Reads a cursor of this list of users.</summary>
    public static bool TryReadUser(string text, int list, out Guid userId) => TryReadId(text, ListOfUsers, IdOf(list), out userId);

    /// <summary>The page of the list of keys that follows this key.</summary>
    public static string AfterApiKey(Guid keyId) => WriteId(ListOfApiKeys, Guid.Empty, keyId);

    /// <summary>Reads a cursor of the list of keys.</summary>
    public static bool TryReadApiKey(string text, out Guid keyId) => TryReadId(text, ListOfApiKeys, Guid.Empty, out keyId);

    /// <summary>The page of a list of audited requests that is before this audit id.</summary>
    /// <param name="filters">What the list is of.</param>
    /// <param name="auditId">The request.</param>
    public static string BeforeRequest(string filters, Guid auditId) => WriteId(ListOfRequests, IdOf(filters), auditId);

    /// <summary>Reads a cursor of the list of audited requests with these filters.</summary>
    public static bool TryReadRequest(string text, string filters, out Guid auditId) => TryReadId(text, ListOfRequests, IdOf(filters), out auditId);

    /// <summary>The page of a list of bill payments that follows this payment.</summary>
    /// <param name="filters">What the list is of.</param>
    /// <param name="paymentId">The payment.</param>
    public static string AfterBill(string filters, Guid paymentId) => WriteId(ListOfBills, IdOf(filters), paymentId);

    /// <summary>Reads a cursor of the list of bill payments with these filters.</summary>
    public static bool TryReadBill(string text, string filters, out Guid paymentId) => TryReadId(text, ListOfBills, IdOf(filters), out paymentId);

    private static Guid IdOf(string filters) => new(SHA256.HashData(Encoding.UTF8.GetBytes(filters)).AsSpan(0, 16));

    /// <summary>The page of a list of jobs that follows this job.</summary>
    /// <param name="list">Number of the list.</param>
    /// <param name="jobId">The job.</param>
    public static string AfterJob(int list, Guid jobId) => WriteId(ListOfJobs, IdOf(list), jobId);

    /// <summary>Reads a cursor of this list of jobs.</summary>
    public static bool TryReadJob(string text, int list, out Guid jobId) => TryReadId(text, ListOfJobs, IdOf(list), out jobId);

    private static Guid IdOf(int list) => new(list, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static string WriteId(byte kind, Guid list, Guid last)
    {
        Span<byte> position = stackalloc byte[16];
        last.TryWriteBytes(position, bigEndian: true, out _);
        return Write(kind, list, position);
    }

    private static bool TryReadId(string text, byte kind, Guid list, out Guid last)
    {
        Span<byte> position = stackalloc byte[16];
        var valid = TryRead(text, kind, list, position);
        last = valid ? new Guid(position, bigEndian: true) : Guid.Empty;
        return valid;
    }

    private static string Write(byte kind, Guid list, ReadOnlySpan<byte> position)
    {
        Span<byte> bytes = stackalloc byte[17 + position.Length];
        bytes[0] = kind;
        list.TryWriteBytes(bytes[1..], bigEndian: true, out _);
        position.CopyTo(bytes[17..]);
        return Base64Url.EncodeToString(bytes);
    }

    private static bool TryRead(string text, byte kind, Guid list, Span<byte> position)
    {
        Span<byte> ascii = stackalloc byte[MaxLength];
        Span<byte> bytes = stackalloc byte[MaxLength];
        if (text.Length > MaxLength
            || !Encoding.ASCII.TryGetBytes(text, ascii, out var length)
            || !CompactJws.TryDecode(ascii[..length], bytes, out var written)
            || written != 17 + position.Length
            || bytes[0] != kind
            || new Guid(bytes[1..17], bigEndian: true) != list)
        {
            return false;
        }

        bytes[17..written].CopyTo(position);
        return true;
    }
}
