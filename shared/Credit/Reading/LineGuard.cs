using System.Text;
using ZiGong.Contracts;

namespace ZiGong.Credit.Reading;

/// <summary>
/// A stream in front of the parser that passes whole lines only, blanks out those that no table has (NUL bytes, longer than
/// <see cref="MaxLine"/>) and reports them with their number. Memory is bounded by its buffer, whatever the file holds.
/// </summary>
internal sealed class LineGuard(Stream source, string name, CancellationToken cancellation) : Stream
{
    /// <summary>Longest line in bytes.</summary>
    public const int MaxLine = 256 * 1024;

    private readonly byte[] _chunk = new byte[64 * 1024];
    private readonly byte[] _buffer = new byte[MaxLine + (128 * 1024)];
    private readonly Queue<Rejection> _faults = new();
    private int _start;   // first byte not yet handed on
    private int _cleared; // end of the whole, checked lines
    private int _end;     // end of the line that is still coming
    private bool _tooLong;
    private bool _ended;
    private bool _opened;

    /// <summary>Lines seen so far.</summary>
    public long Lines { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The next refused line before <paramref name="line"/>, in order; null when there is none.</summary>
    public Rejection? TakeFault(long line) => _faults.TryPeek(out var next) && next.Line < line ? _faults.Dequeue() : null;

    /// <summary>One line without its break, for formats with a preamble; null at the end.</summary>
    public string? ReadLine()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _cleared - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var text = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return text;
            }

            if (!Fill())
            {
                return null;
            }
        }
    }

    /// <summary>The coming line without taking it; empty at the end.</summary>
    public string PeekLine()
    {
        while (_start == _cleared && Fill())
        {
        }

        var coming = _buffer.AsSpan(_start, _cleared - _start);
        var length = coming.IndexOf((byte)'\n');
        return length < 0 ? "" : Encoding.UTF8.GetString(coming[..length]).TrimEnd('\r');
    }

    public override int Read(Span<byte> buffer)
    {
        while (_start == _cleared)
        {
            if (!Fill())
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _cleared - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Takes one more chunk; false when the source has ended. Call it only when no whole line is left.</summary>
    private bool Fill()
    {
        cancellation.ThrowIfCancellationRequested();
        if (_ended)
        {
            return false;
        }

        _buffer.AsSpan(_cleared, _end - _cleared).CopyTo(_buffer);
        (_start, _cleared, _end) = (0, 0, _end - _cleared);
        var read = source.ReadAtLeast(_chunk, _chunk.Length, throwOnEndOfStream: false);
        _ended = read < _chunk.Length;
        Take(Opened(_chunk.AsSpan(0, read)));
        if (_ended && (_end > _cleared || _tooLong))
        {
            _buffer[_end++] = (byte)'\n';
            EndLine();
        }

        return true;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var line = bytes.IndexOf((byte)'\n');
            var piece = line < 0 ? bytes : bytes[..(line + 1)];
            if (!_tooLong && _end - _cleared + piece.Length <= MaxLine)
            {
                piece.CopyTo(_buffer.AsSpan(_end));
                _end += piece.Length;
            }
            else
            {
                _tooLong = true;
            }

            if (line >= 0)
            {
                EndLine();
            }

            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>A refused line leaves an empty one behind, so that line numbers hold.</summary>
    private void EndLine()
    {
        Lines++;
        var line = _buffer.AsSpan(_cleared, _end - _cleared);
        var reason = _tooLong ? $"the line is longer than {MaxLine / 1024} KiB" : line.Contains((byte)0) ? "the line holds NUL bytes" : null;
        if (reason is not null)
        {
            _faults.Enqueue(new Rejection(Lines, "", reason, ""));
            _buffer[_cleared] = (byte)'\n';
            _end = _cleared + 1;
            _tooLong = false;
        }

        _cleared = _end;
    }

    /// <summary>Looks at the first bytes: drops a UTF-8 mark, refuses what is not a text table.</summary>
    private ReadOnlySpan<byte> Opened(ReadOnlySpan<byte> bytes)
    {
        if (_opened)
        {
            return bytes;
        }

        _opened = true;
        if (bytes.IsEmpty || bytes.SequenceEqual<byte>([0xEF, 0xBB, 0xBF]))
        {
            throw new InputException($"{name} is empty: there is nothing to read.");
        }

        if (bytes.StartsWith<byte>([0xFF, 0xFE]) || bytes.StartsWith<byte>([0xFE, 0xFF]))
        {
            throw new InputException($"{name} is UTF-16 text: save it as UTF-8 and try again.");
        }

        if (bytes.StartsWith<byte>([0x1F, 0x8B]) || bytes.StartsWith("PK\u0003\u0004"u8) || bytes.StartsWith("PAR1"u8))
        {
            throw new InputException($"{name} is a compressed or binary file: unpack or export it as text and try again.");
        }

        return bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
    }
}
