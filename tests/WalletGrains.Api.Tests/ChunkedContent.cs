using System.Net.Http.Headers;

namespace WalletGrains.Api.Tests;

/// <summary>A body whose length nobody knows, so that it is sent in chunks.</summary>
internal sealed class ChunkedContent : StreamContent
{
    public ChunkedContent(byte[] bytes, string mediaType) : base(new Unseekable(bytes)) => Headers.ContentType = new MediaTypeHeaderValue(mediaType);

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
