using System.Security.Cryptography;
using System.Text;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>Who gets the events of a stream. The id of an implicit subscription is the same in every activation and process.</summary>
internal sealed record StreamSubscription(Guid Id, StreamId Stream, GrainId Subscriber)
{
    /// <summary>The subscription of the grain of this class that has the key of the stream; null if the key does not fit.</summary>
    public static StreamSubscription? Implicit(GrainClass grainClass, StreamId stream)
    {
        if (KeyFor(grainClass.Type, stream.GetKeyAsString()) is not { } key)
            return null;

        var grain = new GrainId(grainClass.GrainType, key);
        var name = SHA256.HashData(Encoding.UTF8.GetBytes($"{grainClass.GrainType}\n{stream}"));
        return new StreamSubscription(new Guid(name.AsSpan(0, 16)), stream, grain);
    }

    // As in Orleans, the key of a stream is written as the grain's own key, save that integers are decimal there.
    private static IdSpan? KeyFor(Type grainClass, string key)
    {
        if (typeof(IGrainWithGuidKey).IsAssignableFrom(grainClass))
            return Guid.TryParseExact(key, "N", out var guid) ? GrainIdKeyExtensions.CreateGuidKey(guid) : null;

        if (typeof(IGrainWithIntegerKey).IsAssignableFrom(grainClass))
            return long.TryParse(key, System.Globalization.CultureInfo.InvariantCulture, out var number) ? GrainIdKeyExtensions.CreateIntegerKey(number) : null;

        return IdSpan.Create(key);
    }
}
