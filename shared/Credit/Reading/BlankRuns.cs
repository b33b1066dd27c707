namespace ZiGong.Credit.Reading;

/// <summary>Makes one tab of every run of blanks and drops those at the ends of a line, so that whitespace tables read as tab-separated ones.</summary>
internal sealed class BlankRuns(Stream source) : Stream
{
    private bool _lineStart = true;
    private bool _pending;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        // A pending blank may add one byte, so the source gets one place less.
        Span<byte> chunk = stackalloc byte[Math.Min(buffer.Length - 1, 4096)];
        int read, written;
        do
        {
            read = source.Read(chunk);
            written = Collapse(chunk[..read], buffer);
        }
        while (read > 0 && written == 0);

        return written;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Collapse(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        foreach (var b in input)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r')
            {
                _pending = !_lineStart;
                continue;
            }

            if (_pending && b != '\n')
            {
                output[written++] = (byte)'\t';
            }

            _pending = false;
            _lineStart = b == '\n';
            output[written++] = b;
        }

        return written;
    }
}
