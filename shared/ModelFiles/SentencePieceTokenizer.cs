using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>
/// SentencePiece BPE from a <c>tokenizer.model</c> file: whitespace becomes ▁, characters are merged best score first (ties: leftmost),
/// what no piece covers falls back to bytes. Gives the ids of the reference implementation without sampling.
/// Source: Kudo and Richardson (2018) and the behaviour of libsentencepiece.
/// </summary>
public sealed class SentencePieceTokenizer
{
    private const char Space = '\u2581';

    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, int> _mergeable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly string[] _userDefined;
    private readonly int[] _byteIds;
    private readonly int[] _byteOf;
    private readonly int _unknown;

    private SentencePieceTokenizer(SentencePieceModel model, string where)
    {
        _model = model;
        _byteIds = new int[256];
        _byteOf = new int[model.Pieces.Count];
        Array.Fill(_byteOf, -1);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id];
            switch (piece.Kind)
            {
                case PieceKind.Normal or PieceKind.UserDefined:
                    _mergeable.Add(piece.Text, id);
                    break;
                case PieceKind.Unknown:
                    _unknown = id;
                    break;
                case PieceKind.Byte:
                    _byteOf[id] = ByteOf(piece.Text, where);
                    _byteIds[_byteOf[id]] = id;
                    break;
            }
        }

        _byText = _mergeable.GetAlternateLookup<ReadOnlySpan<char>>();
        _userDefined = [.. model.Pieces.Where(piece => piece.Kind == PieceKind.UserDefined).Select(piece => piece.Text).OrderByDescending(text => text.Length)];
        BosId = ControlId("<s>");
        EosId = ControlId("</s>");
    }

    public int VocabularySize => _model.Pieces.Count;

    /// <summary>Id of <c>&lt;s&gt;</c>, or −1 if the model has none.</summary>
    public int BosId { get; }

    /// <summary>Id of <c>&lt;/s&gt;</c>, or −1 if the model has none.</summary>
    public int EosId { get; }

    /// <exception cref="InputException">The file is missing, damaged, or a model of another kind.</exception>
    public static SentencePieceTokenizer Load(string path) => File.Exists(path)
        ? Parse(File.ReadAllBytes(path), path)
        : throw new InputException($"{path}: there is no such file.");

    /// <inheritdoc cref="Load"/>
    public static SentencePieceTokenizer Parse(ReadOnlySpan<byte> bytes, string where) => new(SentencePieceModel.Parse(bytes, where), where);

    /// <summary>The piece of an id, as it is written in the model.</summary>
    public string PieceOf(int id) => _model.Pieces[id].Text;

    /// <summary>Token ids of a text, without begin or end of sequence. Control pieces in the text, such as <c>&lt;s&gt;</c>, are plain text.</summary>
    public int[] Encode(string text)
    {
        var normalized = Normalize(text);
        return normalized.Length == 0 ? [] : Ids(normalized, Merge(normalized));
    }

    /// <summary>The text of token ids; control pieces vanish, bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var atStart = true; // whitespace in front of the text came from the dummy prefix
        var ateSpace = false;
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
            if (_byteOf[id] >= 0)
            {
                bytes.Add((byte)_byteOf[id]);
                continue;
            }

            FlushBytes(bytes, text);
            atStart = atStart && !ateSpace && text.Length == 0;
            ateSpace = DecodePiece(_model.Pieces[id], atStart, text);
        }

        FlushBytes(bytes, text);
        return text.ToString();
    }

    /// <returns>Whether the one space of the dummy prefix was taken away.</returns>
    private bool DecodePiece(Piece piece, bool atStart, StringBuilder text)
    {
        if (piece.Kind == PieceKind.Control)
        {
            return false;
        }

        if (piece.Kind == PieceKind.Unknown)
        {
            text.Append(_model.UnknownSurface);
            return false;
        }

        var strip = atStart && (_model.AddDummyPrefix || _model.RemoveExtraWhitespaces) && piece.Text[0] == Space;
        text.Append((strip ? piece.Text[1..] : piece.Text).Replace(Space, ' '));
        return strip && !_model.RemoveExtraWhitespaces; // with it, every leading space goes
    }

    private static void FlushBytes(List<byte> bytes, StringBuilder text)
    {
        var rest = CollectionsMarshal.AsSpan(bytes);
        while (!rest.IsEmpty)
        {
            // The reference replaces a broken sequence byte by byte, not as a whole.
            var valid = Rune.DecodeFromUtf8(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\uFFFD");
            rest = rest[(valid ? used : 1)..];
        }

        bytes.Clear();
    }

    private string Normalize(string text)
    {
        var body = _model.RemoveExtraWhitespaces ? CollapseSpaces(text) : text;
        if (body.Length == 0)
        {
            return string.Empty;
        }

        var spaced = _model.AddDummyPrefix ? " " + body : body;
        if (!_model.EscapeWhitespaces)
        {
            return ReplaceLoneSurrogates(spaced);
        }

        // The reference takes spaces from the end of what is escaped already: a ▁ that the text ends in goes with them, and so
        // does a dummy prefix before nothing else.
        var escaped = spaced.Replace(' ', Space);
        return ReplaceLoneSurrogates(_model.RemoveExtraWhitespaces ? escaped.TrimEnd(Space) : escaped);
    }

    /// <summary>No spaces at the ends, single ones between; other whitespace stays.</summary>
    private static string CollapseSpaces(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string ReplaceLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            valid.Append(rune);
        }

        return valid.ToString();
    }

    /// <summary>A stretch of the text; neighbours are linked by index, an empty stretch was merged into its left neighbour.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Symbol
    {
        public int Start;
        public int Length;
        public int Previous;
        public int Next;
        public bool Frozen;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Candidate(int Left, int Right, int Length);

    /// <summary>Merges with a queue of candidate pairs: O(n log n). Returns the symbols, the first one at index 0.</summary>
    private Symbol[] Merge(string text)
    {
        var symbols = Split(text);
        var queue = new PriorityQueue<Candidate, (float NegativeScore, int Left)>(symbols.Length);
        for (var right = 1; right < symbols.Length; right++)
        {
            Propose(symbols, right - 1, right, text, queue);
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            ref var left = ref symbols[pair.Left];
            ref var right = ref symbols[pair.Right];
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != pair.Length)
            {
                continue; // one side was merged into something else since
            }

            left.Length = pair.Length;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = pair.Left;
            }

            Propose(symbols, left.Previous, pair.Left, text, queue);
            Propose(symbols, pair.Left, left.Next, text, queue);
        }

        return symbols;
    }

    private void Propose(Symbol[] symbols, int left, int right, string text, PriorityQueue<Candidate, (float NegativeScore, int Left)> queue)
    {
        if (left < 0 || right < 0 || symbols[left].Frozen || symbols[right].Frozen)
        {
            return;
        }

        var length = symbols[left].Length + symbols[right].Length;
        if (_byText.TryGetValue(text.AsSpan(symbols[left].Start, length), out var id))
        {
            queue.Enqueue(new Candidate(left, right, length), (-_model.Pieces[id].Score, left));
        }
    }

    /// <summary>One symbol per character; a user-defined piece is one symbol that never merges.</summary>
    private Symbol[] Split(string text)
    {
        var symbols = new List<Symbol>(text.Length);
        for (var start = 0; start < text.Length;)
        {
            var whole = UserDefinedAt(text.AsSpan(start));
            var length = whole > 0 ? whole : char.IsHighSurrogate(text[start]) ? 2 : 1;
            symbols.Add(new Symbol { Start = start, Length = length, Previous = symbols.Count - 1, Next = symbols.Count + 1, Frozen = whole > 0 });
            start += length;
        }

        var array = symbols.ToArray();
        array[^1].Next = -1;
        return array;
    }

    private int UserDefinedAt(ReadOnlySpan<char> text)
    {
        foreach (var piece in _userDefined) // longest first
        {
            if (text.StartsWith(piece, StringComparison.Ordinal))
            {
                return piece.Length;
            }
        }

        return 0;
    }

    private int[] Ids(string text, Symbol[] symbols)
    {
        var ids = new List<int>(symbols.Length);
        Span<byte> utf8 = stackalloc byte[4];
        var afterUnknown = false;
        for (var index = 0; index >= 0; index = symbols[index].Next)
        {
            var symbol = text.AsSpan(symbols[index].Start, symbols[index].Length);
            if (_byText.TryGetValue(symbol, out var id))
            {
                ids.Add(id);
                afterUnknown = false;
            }
            else if (_model.ByteFallback) // an unknown symbol is one character: merges only make pieces
            {
                foreach (var part in utf8[..Encoding.UTF8.GetBytes(symbol, utf8)])
                {
                    ids.Add(_byteIds[part]);
                }
            }
            else if (!afterUnknown) // a run of unknown characters is one unknown piece
            {
                ids.Add(_unknown);
                afterUnknown = true;
            }
        }

        return [.. ids];
    }

    private int ControlId(string text) => _model.Pieces.FindIndex(piece => piece.Kind == PieceKind.Control && piece.Text == text);

    private static int ByteOf(string text, string where) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
            && int.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InputException($"{where}: the byte piece '{text}' is not of the form <0x00>; the file is damaged.");
}
