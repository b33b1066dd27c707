using System.Buffers.Binary;
using System.Text;

namespace ZiGong.TorchLibrary;

/// <summary>
/// What a 64-bit little-endian ELF file asks of the libraries that it needs, by symbol versions. Source: Linux Standard Base 5.0, Core, section 10.7
/// (symbol versioning): sections .gnu.version_r (needed versions) and .gnu.version (which of them each symbol has).
/// </summary>
public static class VersionNeeds
{
    /// <summary>VER_FLG_WEAK: the loader goes on without a library that has this version.</summary>
    public const ushort Weak = 2;

    private const uint Relocations = 4;             // SHT_RELA
    private const uint NeededVersions = 0x6ffffffe; // SHT_GNU_verneed
    private const uint SymbolVersions = 0x6fffffff; // SHT_GNU_versym

    /// <summary>Where the flags of a needed version stand, and by which number symbols name it; null where the file does not need it.</summary>
    /// <exception cref="InvalidDataException">The file is no such ELF file.</exception>
    public static (int FlagsAt, ushort Index)? Find(ReadOnlySpan<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        }

        if (Section(elf, NeededVersions) is not { } needs)
        {
            return null;
        }

        var names = SectionAt(elf, needs.Link);
        for (int library = needs.Offset, i = 0; i < needs.Info; i++)
        {
            for (int need = library + (int)U32(elf, library + 8), j = 0; j < U16(elf, library + 2); j++)
            {
                if (Name(elf, names.Offset + (int)U32(elf, need + 8)) == version)
                {
                    return (need + 4, U16(elf, need + 6));
                }

                need += (int)U32(elf, need + 12);
            }

            library += (int)U32(elf, library + 12);
        }

        return null;
    }

    /// <summary>How many relocations take a symbol of the version of this number: an undefined symbol that none takes is never looked for.</summary>
    public static int Uses(ReadOnlySpan<byte> elf, ushort index)
    {
        var count = 0;
        if (Section(elf, SymbolVersions) is { } versions)
        {
            for (var i = 0; i < U16(elf, 60); i++)
            {
                count += U32(elf, HeaderOf(elf, i) + 4) == Relocations ? Uses(elf, SectionAt(elf, i), versions.Offset, index) : 0;
            }
        }

        return count;
    }

    private static int Uses(ReadOnlySpan<byte> elf, (int Offset, int Size, int Link, int Info) relocations, int versions, ushort index)
    {
        var count = 0;
        for (var at = relocations.Offset; at < relocations.Offset + relocations.Size; at += 24)
        {
            var symbol = (int)U32(elf, at + 12); // the upper half of the relocation's info
            count += symbol != 0 && (U16(elf, versions + (2 * symbol)) & 0x7fff) == index ? 1 : 0;
        }

        return count;
    }

    private static (int Offset, int Size, int Link, int Info)? Section(ReadOnlySpan<byte> elf, uint type)
    {
        for (var i = 0; i < U16(elf, 60); i++)
        {
            if (U32(elf, HeaderOf(elf, i) + 4) == type)
            {
                return SectionAt(elf, i);
            }
        }

        return null;
    }

    private static (int Offset, int Size, int Link, int Info) SectionAt(ReadOnlySpan<byte> elf, int index)
    {
        var header = HeaderOf(elf, index);
        return ((int)U64(elf, header + 24), (int)U64(elf, header + 32), (int)U32(elf, header + 40), (int)U32(elf, header + 44));
    }

    private static int HeaderOf(ReadOnlySpan<byte> elf, int index) => (int)U64(elf, 40) + (index * U16(elf, 58));

    private static string Name(ReadOnlySpan<byte> elf, int at) => Encoding.ASCII.GetString(elf.Slice(at, elf[at..].IndexOf((byte)0)));

    private static ushort U16(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[at..]);

    private static uint U32(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf[at..]);

    private static ulong U64(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt64LittleEndian(elf[at..]);
}
