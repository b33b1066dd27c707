using Google.Protobuf;
using TorchSharp;
using ZiGong.Mistral;
using ZiGong.ModelFiles;

namespace ZiGong.FlowTests.Harness;

/// <summary>A Mistral folder as somebody gives one, so small that a run on it takes seconds: its tokenizer knows bytes alone.</summary>
internal static class GivenBase
{
    private const int Bytes = 256;

    public static string Make(string folder)
    {
        Directory.CreateDirectory(folder);
        var config = new MistralConfig
        {
            VocabSize = 3 + Bytes, HiddenSize = 16, IntermediateSize = 32, Layers = 1, Heads = 2, KvHeads = 1, HeadDim = 8, MaxPositions = 4096,
        };
        using var model = MistralModel.Random(config with { InitializerRange = 0.1 }, seed: 4);
        model.Save(folder, torch.ScalarType.BFloat16);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), Tokenizer());
        return folder;
    }

    /// <summary>The wire format of <c>sentencepiece_model.proto</c>: pieces, then BPE with bytes for whatever no piece covers.</summary>
    private static byte[] Tokenizer()
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            Write(output, 1, Piece("<unk>", kind: 2));
            Write(output, 1, Piece("<s>", kind: 3));
            Write(output, 1, Piece("</s>", kind: 3));
            for (var value = 0; value < Bytes; value++)
            {
                Write(output, 1, Piece($"<0x{value:X2}>", kind: 6));
            }

            Write(output, 2, Message(trainer => { Number(trainer, 3, 2); Number(trainer, 35, 1); }));
        }

        return stream.ToArray();
    }

    private static byte[] Piece(string text, int kind) => Message(piece =>
    {
        piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
        piece.WriteString(text);
        Number(piece, 3, kind);
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(output);
        }

        return stream.ToArray();
    }

    private static void Write(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }

    private static void Number(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }
}
