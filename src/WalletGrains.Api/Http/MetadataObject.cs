using System.Text.Json;
using System.Text.Json.Serialization;
using WalletGrains.Contracts;

namespace WalletGrains.Api.Http;

/// <summary>
/// What a request attaches, read strictly: one flat object of strings, each name once. What is none is kept as "not metadata"
/// and refused with the other fields.
/// </summary>
[JsonConverter(typeof(Converter))]
internal readonly struct MetadataObject
{
    private MetadataObject(Metadata? value, bool isInvalid) => (Value, IsInvalid) = (value, isInvalid);

    /// <summary>The metadata; null when there is none.</summary>
    public Metadata? Value { get; }

    /// <summary>The member is something other than metadata.</summary>
    public bool IsInvalid { get; }

    internal sealed class Converter : JsonConverter<MetadataObject>
    {
        public override MetadataObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var inside = reader;
            reader.Skip();
            return inside.TokenType == JsonTokenType.Null ? default
                : TryRead(ref inside, out var metadata) ? new MetadataObject(metadata, isInvalid: false)
                : new MetadataObject(value: null, isInvalid: true);
        }

        public override void Write(Utf8JsonWriter writer, MetadataObject value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A request's metadata is only ever read.");

        private static bool TryRead(ref Utf8JsonReader reader, out Metadata? metadata)
        {
            metadata = null;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var pairs = new List<KeyValuePair<string, string>>();
            try
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                    {
                        return false;
                    }

                    pairs.Add(KeyValuePair.Create(name, reader.GetString()!));
                }
            }
            catch (InvalidOperationException)
            {
                // An escape is half a surrogate pair.
                return false;
            }

            return Metadata.TryCreate(pairs, out metadata);
        }
    }
}
