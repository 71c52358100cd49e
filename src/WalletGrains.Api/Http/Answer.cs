using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Errors;
using WalletGrains.Contracts.Audit;

namespace WalletGrains.Api.Http;

/// <summary>What an endpoint answers: a body with a status, or a problem.</summary>
internal readonly struct Answer
{
    /// <summary>The header of an answer that was decided by an earlier request with the same id.</summary>
    public const string ReplayHeader = "Idempotent-Replay";

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    private static readonly object Nothing = new();

    private readonly object _content;
    private readonly JsonTypeInfo? _typeInfo;
    private readonly int _status;

    private Answer(int status, object content, JsonTypeInfo? typeInfo) => (_status, _content, _typeInfo) = (status, content, typeInfo);

    /// <summary>The answer was decided by an earlier request with the same id: header <see cref="ReplayHeader"/>.</summary>
    public bool Replayed { get; init; }

    /// <summary>Where the thing that was made is to be found; null for no Location header.</summary>
    public string? Location { get; init; }

    /// <summary>Path and query of the next page of a list that is a plain array; null when there is none.</summary>
    public string? NextPage { get; init; }

    /// <summary>What the request made, for the audit; null for nothing.</summary>
    public Made? Made { get; init; }

    /// <summary>Who turned out to have asked, for the audit, where the request had no token yet; null for nobody known.</summary>
    public Guid? UserId { get; init; }

    /// <summary>A body with status 200.</summary>
    public static Answer Ok<T>(T body, JsonTypeInfo<T> typeInfo)
        where T : class => new(StatusCodes.Status200OK, body, typeInfo);

    /// <summary>A body with status 201.</summary>
    public static Answer Created<T>(T body, JsonTypeInfo<T> typeInfo)
        where T : class => new(StatusCodes.Status201Created, body, typeInfo);

    /// <summary>A body with status 202: it is not done yet.</summary>
    public static Answer Accepted<T>(T body, JsonTypeInfo<T> typeInfo)
        where T : class => new(StatusCodes.Status202Accepted, body, typeInfo);

    /// <summary>Status 204: there is nothing to say.</summary>
    public static Answer NoContent => new(StatusCodes.Status204NoContent, Nothing, typeInfo: null);

    /// <summary>
    /// A body that is written piece by piece, headers included, because it may be longer than memory should hold. What goes
    /// wrong after the first piece breaks the connection off: half a body must not look like a whole one.
    /// </summary>
    public static Answer Streamed(Func<HttpContext, Task> write) => new(StatusCodes.Status200OK, write, typeInfo: null);

    /// <summary>A problem.</summary>
    public static Answer Of(Problem problem) => new(problem.Kind.Status, problem, typeInfo: null)
    {
        Replayed = problem.Replayed,
        Made = problem.TransferId is { } transferId ? new(MadeKind.Transfer, transferId)
            : problem.PaymentId is { } paymentId ? new(MadeKind.Bill, paymentId)
            : null,
    };

    /// <summary>A problem.</summary>
    public static implicit operator Answer(Problem problem) => Of(problem);

    /// <summary>It leaves open whether what was asked for came to be.</summary>
    public bool IsOutcomeUnknown => _content is Problem problem && problem.Kind == ProblemKind.OutcomeUnknown;

    /// <summary>What writes the body; null for a body that <see cref="Write"/> writes.</summary>
    public Func<HttpContext, Task>? Stream => _content as Func<HttpContext, Task>;

    /// <summary>Writes the answer into the response; the server sends it when the request ends.</summary>
    public void Write(HttpContext context, TimeProvider time)
    {
        var response = context.Response;
        response.StatusCode = _status;
        if (Replayed)
        {
            response.Headers[ReplayHeader] = "true";
        }

        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (NextPage is not null)
        {
            response.Headers.Link = $"<{NextPage}>; rel=\"next\"";
        }

        if (_content is Problem problem)
        {
            WriteProblemHeaders(response, problem);
            WriteJson(response, ProblemBody.Of(problem, context, time.GetUtcNow()), ApiJson.Wire.ProblemBody, ProblemBody.ContentType);
        }
        else if (_content != Nothing)
        {
            WriteJson(response, _content, _typeInfo!, "application/json; charset=utf-8");
        }
    }

    private static void WriteProblemHeaders(HttpResponse response, Problem problem)
    {
        if ((problem.RetryAfterSeconds ?? problem.Kind.RetryAfterSeconds) is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Kind.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }
    }

    /// <summary>
    /// The body is written into a buffer of the thread first: its length is then known, which saves the chunked framing. No
    /// await lies between taking the buffer and leaving it.
    /// </summary>
    private static void WriteJson(HttpResponse response, object body, JsonTypeInfo typeInfo, string contentType)
    {
        var buffer = s_buffer ??= new ArrayBufferWriter<byte>(1_024);
        var writer = s_writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Encoder, SkipValidation = true });
        try
        {
            JsonSerializer.Serialize(writer, body, typeInfo);
            writer.Flush();
            response.ContentType = contentType;
            response.ContentLength = buffer.WrittenCount;
            response.BodyWriter.Write(buffer.WrittenSpan);
        }
        finally
        {
            if (buffer.Capacity > ApiLimits.MaxKeptResponseBuffer)
            {
                s_buffer = null;
                s_writer = null;
            }
            else
            {
                buffer.ResetWrittenCount();
                writer.Reset();
            }
        }
    }
}
