using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace WalletGrains.Api.Audit;

/// <summary>What is kept of a body: at most <see cref="ApiLimits.MaxAuditedBody"/> bytes, without secrets, in a rented array.</summary>
internal static class AuditedBody
{
    /// <summary>What was found out about types of bodies.</summary>
    private static readonly ConcurrentDictionary<Type, bool> Known = [];

    private static readonly byte[] Mask = Encoding.UTF8.GetBytes($"\"{SecretNames.Mask}\"");

    private static readonly JsonReaderOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = ApiLimits.MaxJsonDepth,
    };

    /// <summary>
    /// Copies the body. One that was parsed into a type without secrets has members of that type only and is copied as it is;
    /// any other is looked through for names of secrets first. Of one that was sent where a secret is asked for and is not what was asked
    /// for, nothing is kept: the secret may be there under a name with a typing error.
    /// </summary>
    /// <param name="body">The whole body.</param>
    /// <param name="asked">The type that was asked for.</param>
    /// <param name="isParsed">Whether it is that.</param>
    public static (byte[] Rented, int Length) Copy(ReadOnlySpan<byte> body, JsonTypeInfo asked, bool isParsed)
    {
        var mayHoldSecrets = MayHoldSecrets(asked);
        if (isParsed && !mayHoldSecrets)
        {
            return Keep(body);
        }

        if (!isParsed && mayHoldSecrets)
        {
            return Instead(body, "not what was asked for");
        }

        if (!Utf8.IsValid(body))
        {
            return Instead(body, "no UTF-8");
        }

        var masked = new ArrayBufferWriter<byte>(body.Length + 16);
        return TryMask(body, masked) ? Keep(masked.WrittenSpan) : Instead(body, "no JSON");
    }

    /// <summary>Whether an object of this type has a member that is a secret, at any depth. Types are few and known: found out once each.</summary>
    private static bool MayHoldSecrets(JsonTypeInfo type) =>
        Known.TryGetValue(type.Type, out var known) ? known : Known.GetOrAdd(type.Type, HasSecret(type, []));

    /// <summary>Writes the body with *** in the place of every secret; false when it is no JSON. Half a body that breaks off inside a
    /// secret could not be masked, so of such a body nothing is kept.</summary>
    private static bool TryMask(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> masked)
    {
        var copied = 0;
        try
        {
            var reader = new Utf8JsonReader(body, Lenient);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !SecretNames.Contains(reader.GetString()))
                {
                    continue;
                }

                reader.Read();
                var start = checked((int)reader.TokenStartIndex);
                reader.Skip();
                masked.Write(body[copied..start]);
                masked.Write(Mask);
                copied = checked((int)reader.BytesConsumed);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }

        masked.Write(body[copied..]);
        return true;
    }

    /// <summary>A document may have any members.</summary>
    private static bool HasSecret(JsonTypeInfo type, HashSet<Type> seen) =>
        seen.Add(type.Type)
        && (type.Type == typeof(JsonDocument)
            || (type.ElementType is { } element && HasSecret(type.Options.GetTypeInfo(element), seen))
            || type.Properties.Any(property => SecretNames.Contains(property.Name) || HasSecret(type.Options.GetTypeInfo(property.PropertyType), seen)));

    private static (byte[] Rented, int Length) Keep(ReadOnlySpan<byte> body)
    {
        var length = body.Length;
        if (length > ApiLimits.MaxAuditedBody)
        {
            // Not within a letter.
            length = ApiLimits.MaxAuditedBody;
            while (length > 0 && (body[length] & 0xC0) == 0x80)
            {
                length--;
            }
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        body[..length].CopyTo(rented);
        return (rented, length);
    }

    private static (byte[] Rented, int Length) Instead(ReadOnlySpan<byte> body, string what) =>
        Keep(Encoding.UTF8.GetBytes($"({body.Length} bytes, {what})"));
}
