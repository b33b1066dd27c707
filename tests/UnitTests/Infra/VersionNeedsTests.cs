using System.Buffers.Binary;
using System.Text;
using Shouldly;
using Xunit;
using ZiGong.TorchLibrary;

namespace ZiGong.UnitTests.Infra;

/// <summary>Needed versions of an ELF file that is put together here, field by field, as the standard says.</summary>
public sealed class VersionNeedsTests
{
    private const int Names = 0x100, Needs = 0x200, Symbols = 0x300, Relocations = 0x340, Headers = 0x400;

    [Fact]
    public void A_need_is_found_by_its_whole_name_in_whichever_library()
    {
        var elf = Elf();

        VersionNeeds.Find(elf, "V_1").ShouldBe((Needs + 16 + 4, (ushort)2));
        VersionNeeds.Find(elf, "V_1.5").ShouldBe((Needs + 32 + 4, (ushort)3));
        VersionNeeds.Find(elf, "W_2").ShouldBe((Needs + 64 + 4, (ushort)4));
        VersionNeeds.Find(elf, "V_").ShouldBeNull();
        VersionNeeds.Find(elf, "V_1.5.9").ShouldBeNull();
    }

    [Fact]
    public void Relocations_are_counted_by_the_version_of_their_symbol()
    {
        var elf = Elf();

        // Symbols 1 to 4 have versions 2, 3, hidden 3 and 4; relocations take symbols 1, 2, 3, 3 and none.
        VersionNeeds.Uses(elf, 2).ShouldBe(1);
        VersionNeeds.Uses(elf, 3).ShouldBe(3, "that a symbol is hidden is one bit beside its version");
        VersionNeeds.Uses(elf, 4).ShouldBe(0);
        VersionNeeds.Uses(elf, 9).ShouldBe(0);
    }

    [Fact]
    public void A_need_that_nothing_takes_is_made_weak_and_no_other_byte_changes()
    {
        var elf = Elf("W_2", NativeLibraryFile.Version);

        var relaxed = NativeLibraryFile.Relax(elf);

        Enumerable.Range(0, elf.Length).Where(i => elf[i] != relaxed[i]).ShouldBe([Needs + 64 + 4]);
        relaxed[Needs + 64 + 4].ShouldBe((byte)2);
        NativeLibraryFile.Relax(relaxed).ShouldBe(relaxed, "what is weak stays so");
    }

    [Fact]
    public void A_need_that_a_relocation_takes_cannot_be_dropped()
    {
        Should.Throw<InvalidDataException>(() => NativeLibraryFile.Relax(Elf("V_1", NativeLibraryFile.Version))).Message
            .ShouldContain("no need of GLIBCXX_3.4.32 that could be dropped");
        Should.Throw<InvalidDataException>(() => NativeLibraryFile.Relax(Elf())).Message.ShouldContain("no need of");
    }

    [Fact]
    public void A_file_without_needs_has_none()
    {
        var elf = Elf();
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(60), 1); // the table of names alone

        VersionNeeds.Find(elf, "V_1").ShouldBeNull();
        VersionNeeds.Uses(elf, 2).ShouldBe(0);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x7f, 0x45, 0x4c, 0x46, 2, 1 })]
    [InlineData(new byte[] { 0x4d, 0x5a })]
    public void What_is_no_such_file_is_refused(byte[] content) => Should.Throw<InvalidDataException>(() => VersionNeeds.Find(content, "V_1"));

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    public void Files_of_32_bits_or_big_endian_are_no_such_files(int at, byte value)
    {
        var elf = Elf();
        elf[at] = value;

        Should.Throw<InvalidDataException>(() => VersionNeeds.Find(elf, "V_1")).Message.ShouldBe("not a 64-bit little-endian ELF file");
    }

    [Theory]
    [InlineData("V_1", true)]
    [InlineData("V_", false)]
    [InlineData("_1", false)]
    public void A_library_defines_a_version_by_its_whole_name(string version, bool defines) =>
        StandardLibrary.Defines(Encoding.ASCII.GetBytes("x\0V_1\0y"), version).ShouldBe(defines);

    [Theory]
    [InlineData(LibraryState.AsPackaged, "as packaged")]
    [InlineData(LibraryState.Relaxed, "does without GLIBCXX_3.4.32")]
    [InlineData(LibraryState.Refused, "build again on this machine")]
    [InlineData(LibraryState.Unknown, "is not TorchSharp 0.107.0's")]
    public void Every_state_is_described(LibraryState state, string words) => NativeLibraryFile.Describe(state).ShouldContain(words);

    /// <summary>Two libraries are needed: one by versions V_1 and V_1.5, the other by W_2; one of the names may be replaced.</summary>
    private static byte[] Elf(string replaced = "", string by = "")
    {
        var elf = new byte[Headers + (5 * 64)];
        new byte[] { 0x7f, 0x45, 0x4c, 0x46, 2, 1 }.CopyTo(elf, 0);
        Put64(elf, 40, Headers);
        Put16(elf, 58, 64);
        Put16(elf, 60, 5);
        string[] names = [.. new[] { "V_1", "V_1.5", "W_2" }.Select(n => n == replaced ? by : n)];
        var at = names.Select((n, i) => 1 + names.Take(i).Sum(b => b.Length + 1)).ToArray();
        Encoding.ASCII.GetBytes("\0" + string.Join('\0', names)).CopyTo(elf, Names);

        // vn_version, vn_cnt, vn_file, vn_aux, vn_next; then vna_hash, vna_flags, vna_other, vna_name, vna_next.
        Library(elf, Needs, versions: 2, next: 48);
        Version(elf, Needs + 16, 2, at[0], next: 16);
        Version(elf, Needs + 32, 3, at[1], next: 0);
        Library(elf, Needs + 48, versions: 1, next: 0);
        Version(elf, Needs + 64, 4, at[2], next: 0);

        ushort[] symbols = [0, 2, 3, 0x8003, 4];
        for (var i = 0; i < symbols.Length; i++)
        {
            Put16(elf, Symbols + (2 * i), symbols[i]);
        }

        int[] relocations = [1, 2, 3, 3, 0];
        for (var i = 0; i < relocations.Length; i++)
        {
            Put32(elf, Relocations + (24 * i) + 12, (uint)relocations[i]);
        }

        Section(elf, 0, 3, Names, 0x100, 0, 0);
        Section(elf, 1, 0x6ffffffe, Needs, 80, 0, 2);
        Section(elf, 2, 0x6fffffff, Symbols, 2 * symbols.Length, 0, 0);
        Section(elf, 3, 4, Relocations, 24 * relocations.Length, 0, 0);
        Section(elf, 4, 4, 0, 0, 0, 0);
        return elf;
    }

    private static void Library(byte[] elf, int at, ushort versions, uint next)
    {
        Put16(elf, at, 1);
        Put16(elf, at + 2, versions);
        Put32(elf, at + 8, 16);
        Put32(elf, at + 12, next);
    }

    private static void Version(byte[] elf, int at, ushort index, int name, uint next)
    {
        Put16(elf, at + 6, index);
        Put32(elf, at + 8, (uint)name);
        Put32(elf, at + 12, next);
    }

    private static void Section(byte[] elf, int number, uint type, int offset, int size, uint link, uint info)
    {
        var header = Headers + (64 * number);
        Put32(elf, header + 4, type);
        Put64(elf, header + 24, (ulong)offset);
        Put64(elf, header + 32, (ulong)size);
        Put32(elf, header + 40, link);
        Put32(elf, header + 44, info);
    }

    private static void Put16(byte[] elf, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), value);

    private static void Put32(byte[] elf, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(at), value);

    private static void Put64(byte[] elf, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(at), value);
}
