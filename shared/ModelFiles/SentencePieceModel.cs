using System.Buffers.Binary;
using System.Text;
using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>Kinds of pieces, numbered as in <c>sentencepiece_model.proto</c>.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

internal readonly record struct Piece(string Text, float Score, PieceKind Kind);

/// <summary>What a <c>tokenizer.model</c> file says, as far as BPE needs it. Refuses what would be tokenized wrongly.</summary>
internal sealed class SentencePieceModel
{
    private const int ModelTypeBpe = 2;

    private SentencePieceModel()
    {
    }

    public List<Piece> Pieces { get; } = [];

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespaces { get; private set; } = true;

    public bool EscapeWhitespaces { get; private set; } = true;

    public bool ByteFallback { get; private set; }

    /// <summary>What an unknown piece decodes to.</summary>
    public string UnknownSurface { get; private set; } = " \u2047 ";

    private int ModelType { get; set; } = 1; // the proto's default is unigram

    /// <exception cref="InputException">Cut off, not a SentencePiece model, or of a kind that this tokenizer does not compute.</exception>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> bytes, string where)
    {
        var model = new SentencePieceModel();
        var reader = new ProtobufReader(bytes, where);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    model.Pieces.Add(ReadPiece(reader.Message(), where, model.Pieces.Count));
                    break;
                case 2:
                    model.ReadTrainer(reader.Message(), where);
                    break;
                case 3:
                    model.ReadNormalizer(reader.Message(), where);
                    break;
                case 5:
                    RefuseCharacterMap(reader.Message(), where, "denormalizer");
                    break;
            }
        }

        model.Check(where);
        return model;
    }

    private static Piece ReadPiece(ProtobufReader reader, string where, int id)
    {
        var text = string.Empty;
        var score = 0f;
        var kind = PieceKind.Normal;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    text = reader.Text();
                    break;
                case 2:
                    score = reader.Float();
                    break;
                case 3:
                    kind = (PieceKind)reader.Varint();
                    break;
            }
        }

        if (text.Length == 0 || float.IsNaN(score) || kind is < PieceKind.Normal or > PieceKind.Byte or PieceKind.Unused)
        {
            throw new InputException($"{where}: piece {id} ('{text}', score {score}, type {(int)kind}) is empty, damaged or of a type that is not supported.");
        }

        return new Piece(text, score, kind);
    }

    private void ReadTrainer(ProtobufReader reader, string where)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    ModelType = (int)reader.Varint();
                    break;
                case 24 when reader.Varint() != 0:
                    throw new InputException($"{where}: treat_whitespace_as_suffix is set; only whitespace as a prefix is supported.");
                case 35:
                    ByteFallback = reader.Varint() != 0;
                    break;
                case 44:
                    UnknownSurface = reader.Text();
                    break;
            }
        }
    }

    private void ReadNormalizer(ProtobufReader reader, string where)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    RefuseMap(reader.Bytes(), where, "normalizer");
                    break;
                case 3:
                    AddDummyPrefix = reader.Varint() != 0;
                    break;
                case 4:
                    RemoveExtraWhitespaces = reader.Varint() != 0;
                    break;
                case 5:
                    EscapeWhitespaces = reader.Varint() != 0;
                    break;
            }
        }
    }

    private static void RefuseCharacterMap(ProtobufReader reader, string where, string part)
    {
        while (reader.Next())
        {
            if (reader.Field == 2)
            {
                RefuseMap(reader.Bytes(), where, part);
            }
        }
    }

    private static void RefuseMap(ReadOnlySpan<byte> map, string where, string part)
    {
        if (!map.IsEmpty)
        {
            throw new InputException($"{where}: the {part} rewrites characters (a map such as nmt_nfkc); only 'identity' is supported.");
        }
    }

    private void Check(string where)
    {
        if (Pieces.Count == 0)
        {
            throw new InputException($"{where}: no pieces; not a SentencePiece model.");
        }

        if (ModelType != ModelTypeBpe)
        {
            throw new InputException($"{where}: SentencePiece model type {ModelType}; only BPE ({ModelTypeBpe}) is supported.");
        }

        if (Pieces.Count(piece => piece.Kind == PieceKind.Unknown) != 1)
        {
            throw new InputException($"{where}: expected exactly one unknown piece; the file is damaged.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var piece in Pieces.Where(piece => !seen.Add(piece.Text)))
        {
            throw new InputException($"{where}: the piece '{piece.Text}' is there twice; the file is damaged.");
        }

        var bytes = Pieces.Count(piece => piece.Kind == PieceKind.Byte);
        if (ByteFallback ? bytes != 256 : bytes != 0)
        {
            throw new InputException($"{where}: byte_fallback is {(ByteFallback ? "on" : "off")}, but {bytes} byte pieces are there; the file is damaged.");
        }
    }
}

/// <summary>The protobuf wire format, reading only.</summary>
internal ref struct ProtobufReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _where;
    private int _position;
    private int _wire;
    private int _valueStart;

    public ProtobufReader(ReadOnlySpan<byte> bytes, string where)
    {
        _bytes = bytes;
        _where = where;
    }

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field, whether or not the last one's value was read; false at the end.</summary>
    public bool Next()
    {
        if (_position == _bytes.Length)
        {
            return false;
        }

        var key = ReadVarint();
        Field = (int)(key >> 3);
        _wire = (int)(key & 7);
        _valueStart = _position;
        _position += _wire switch
        {
            0 => SkipVarint(),
            1 => 8,
            2 => SkipVarintAnd(out var length) + length,
            5 => 4,
            _ => throw Damaged(),
        };
        return Field > 0 && _position >= _valueStart && _position <= _bytes.Length ? true : throw Damaged();
    }

    public readonly ulong Varint()
    {
        Expect(0);
        var reader = this;
        reader._position = _valueStart;
        return reader.ReadVarint();
    }

    public readonly float Float()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(_bytes[_valueStart..]);
    }

    public readonly ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        var reader = this;
        reader._position = _valueStart;
        reader.ReadVarint();
        return _bytes[reader._position.._position];
    }

    public readonly ProtobufReader Message() => new(Bytes(), _where);

    public readonly string Text()
    {
        try
        {
            return StrictUtf8.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw Damaged();
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly void Expect(int wire)
    {
        if (_wire != wire)
        {
            throw Damaged();
        }
    }

    private readonly int SkipVarint()
    {
        var reader = this;
        reader.ReadVarint();
        return reader._position - _position;
    }

    private readonly int SkipVarintAnd(out int length)
    {
        var reader = this;
        var value = reader.ReadVarint();
        length = value <= int.MaxValue ? (int)value : throw Damaged();
        return reader._position - _position;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _bytes.Length)
            {
                throw Damaged();
            }

            var part = _bytes[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private readonly InputException Damaged() =>
        new($"{_where}: not a SentencePiece model, or cut off (near byte {_position} of a part of {_bytes.Length} bytes). Copy the file again.");
}
