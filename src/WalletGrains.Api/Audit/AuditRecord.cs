using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Http;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;

namespace WalletGrains.Api.Audit;

/// <summary>
/// What is kept of one request. Taken while the request is served, without reading anything twice; its body is in a rented array
/// that whoever has stored the record gives back.
/// </summary>
public sealed class AuditRecord
{
    /// <summary>Kept in full when they are there. Authorization is kept by its scheme.</summary>
    private static readonly string[] HeaderNames =
        ["Content-Type", "Content-Length", "User-Agent", "Idempotency-Key", "Origin", "X-Forwarded-For", "Accept-Language"];

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? s_scratch;

    private readonly string?[] _headers = new string?[HeaderNames.Length + 1];
    private byte[]? _body;
    private int _bodyLength;

    internal AuditRecord(DateTimeOffset at) => (At, AuditId) = (at, Guid.CreateVersion7(at));

    /// <summary>Its audit id.</summary>
    public Guid AuditId { get; }

    /// <summary>When the request came.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Its method.</summary>
    public string Method { get; private set; } = "";

    /// <summary>Path and query, secrets masked.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Its body, secrets masked and cut; null when none was read. Not to be used after <see cref="Release"/>.</summary>
    /// <remarks>A null of its type: any other is an array, and becomes an empty body.</remarks>
    public ReadOnlyMemory<byte>? Body => _body is null ? default(ReadOnlyMemory<byte>?) : _body.AsMemory(0, _bodyLength);

    /// <summary>How long the whole body was.</summary>
    public int BodyBytes { get; private set; }

    /// <summary>Where it came from.</summary>
    public IPAddress? ClientIp { get; private set; }

    /// <summary>Who sent it; null for nobody known.</summary>
    public Guid? UserId { get; private set; }

    /// <summary>What it was answered with.</summary>
    public int Status { get; private set; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Its id in the logs.</summary>
    public string CorrelationId { get; private set; } = "";

    /// <summary>What it made; null for nothing.</summary>
    public Made? Made { get; private set; }

    /// <summary>An earlier request with the same request id had made it.</summary>
    public bool Replayed { get; private set; }

    /// <summary>How many requests it stands for: itself, and others that were refused like it.</summary>
    public int Requests { get; private set; } = 1;

    /// <summary>The request id that it named or was given; null where none was read.</summary>
    public RequestId? RequestId { get; private set; }

    /// <summary>Whose request id that is, a wallet's or of a bulk its caller's; null when it has asked for nothing under it.</summary>
    public Guid? RequestOf { get; private set; }

    /// <summary>What it asked for, where its answer leaves open what became of it; null elsewhere.</summary>
    public MadeKind? MayHaveMade { get; private set; }

    /// <summary>
    /// It was refused, and nobody answers for it: the sender is not known, or has sent too much. Everything else is bounded by what users may send and has made
    /// something, or tells what somebody has tried.
    /// </summary>
    internal bool IsRefusedStranger => Status >= StatusCodes.Status400BadRequest && (UserId is null || Status == StatusCodes.Status429TooManyRequests);

    /// <summary>Bytes of memory that it holds while it waits, roughly.</summary>
    internal int Size => 512 + _bodyLength + Url.Length;

    /// <summary>The record of a request; null when none is kept.</summary>
    internal static AuditRecord? Of(HttpContext context) => context.Features.Get<AuditRecord>();

    /// <summary>Some of its headers, a JSON object.</summary>
    public string WriteHeaders()
    {
        // One of each thread, bounded by the headers that are kept: many records are written in a row.
        var (buffer, writer) = s_scratch ??= NewScratch();
        buffer.ResetWrittenCount();
        writer.Reset();

        writer.WriteStartObject();
        for (var i = 0; i < HeaderNames.Length; i++)
        {
            if (_headers[i] is { } value)
            {
                writer.WriteString(HeaderNames[i], value);
            }
        }

        if (_headers[^1] is { } authorization)
        {
            writer.WriteString("Authorization", authorization);
        }

        writer.WriteEndObject();
        writer.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Gives back what was rented. Only once, when the record is stored or given up.</summary>
    public void Release()
    {
        if (_body is { } rented)
        {
            _body = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Takes a body that was read whole.</summary>
    /// <param name="body">The body.</param>
    /// <param name="asked">The type that was asked for.</param>
    /// <param name="isParsed">Whether it is that.</param>
    internal void TakeBody(ReadOnlySpan<byte> body, JsonTypeInfo asked, bool isParsed)
    {
        Release();
        BodyBytes = body.Length;
        (_body, _bodyLength) = AuditedBody.Copy(body, asked, isParsed);
    }

    /// <summary>Another request was refused like this one, and has no record of its own.</summary>
    internal void StandForOneMore() => Requests++;

    /// <summary>Leaves out who sent it: it is to stand for requests of several.</summary>
    internal void ForgetSender()
    {
        (UserId, ClientIp, RequestId, RequestOf) = (null, null, null, null);
        Array.Clear(_headers);
    }

    /// <summary>Takes the request id that was read.</summary>
    internal void TakeRequestId(RequestId requestId) => RequestId = requestId;

    /// <summary>From here on it may make something under its request id. Without an answer that says what became of it, whoever reads the audit looks for that.</summary>
    /// <param name="kind">What it asks for: the kind of thing that is unique by its request id.</param>
    /// <param name="requestOf">Whose request id it is, the wallet's or of a bulk the caller's.</param>
    internal void TakeAsked(MadeKind kind, Guid requestOf) => (MayHaveMade, RequestOf) = (kind, requestOf);

    /// <summary>Takes what the request was answered with.</summary>
    internal void TakeAnswer(in Answer answer)
    {
        (Made, Replayed, UserId) = (answer.Made, answer.Replayed, answer.UserId);
        MayHaveMade = answer.IsOutcomeUnknown ? MayHaveMade : null;
    }

    /// <summary>Takes the rest, when the request is answered.</summary>
    internal void Complete(HttpContext context, TimeSpan duration)
    {
        var request = context.Request;
        Method = request.Method;
        Url = AuditedUrl.Of(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        ClientIp = context.Connection.RemoteIpAddress;
        UserId ??= (context.User.Identity as Caller)?.UserId;
        Status = context.Response.StatusCode;
        Duration = duration;
        CorrelationId = context.TraceIdentifier;
        for (var i = 0; i < HeaderNames.Length; i++)
        {
            _headers[i] = Header(request, HeaderNames[i]);
        }

        _headers[^1] = Header(request, "Authorization") is { } authorization ? Scheme(authorization) : null;
    }

    private static string? Header(HttpRequest request, string name)
    {
        var values = request.Headers[name];
        var text = values.Count == 0 ? null : values.ToString();
        return text is null || text.Length <= ApiLimits.MaxAuditedHeader ? text : text[..ApiLimits.MaxAuditedHeader];
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) NewScratch()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        return (buffer, new Utf8JsonWriter(buffer));
    }

    /// <summary>The scheme without the credentials. What has no scheme, or one that is none, is a credential itself.</summary>
    private static string Scheme(string authorization)
    {
        var scheme = authorization.AsSpan(0, Math.Max(0, authorization.IndexOf(' ', StringComparison.Ordinal)));
        return scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            ? $"{scheme} {SecretNames.Mask}"
            : SecretNames.Mask;
    }
}
