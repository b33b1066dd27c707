using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Reading;

namespace ZiGong.UnitTests.Credit.Reading;

/// <summary>Bytes in pieces of any size, lines up to their limit, quotes, delimiters and headers of every kind.</summary>
public sealed class TableLayoutTests
{
    private const int Longest = 256 * 1024; // bytes of a line with its break
    private const string GoodRow = "L1,C1,2024-01,2500,S,fine,f,0";

    private const string Bare = """
        name: t
        task: t
        format: {kind: csv, header: false}
        fields: [{name: a, column: "1", kind: numeric}, {name: b, column: "2", kind: categorical}]
        answer: {column: "3", map: {"1": x, "2": y}, allowed: [x, y], positive: y}
        """;

    [Fact]
    public void A_table_reads_the_same_in_whatever_pieces_it_comes()
    {
        // About 300 KB, so that lines lie across the pieces that the reader asks for.
        var rows = string.Concat(
            Enumerable.Range(0, 6000)
                .Select(i => $"L{i},C{i % 90},2024-0{1 + (i % 9)},{i},{(i % 2 == 0 ? "S" : "F")},\"n, {new string('ü', i % 11)}\",f,{i % 2}\n"));
        var table = Encoding.UTF8.GetBytes($"{Tables.LoansHeader}\n{rows}");
        string[] Read(Stream stream) =>
            [.. SampleReader.Read(Tables.Descriptor(), stream, "x", "", Tables.Hasher, CancellationToken.None)
                .Select(r => $"{r.Line} {r.Sample?.Id} {r.Rejection}")];

        using var whole = new MemoryStream(table);
        var expected = Read(whole);

        expected.Length.ShouldBe(6000);
        foreach (var size in new[] { 1000, 65_535, 65_537 })
        {
            using var pieces = new Pieces(table, size);
            Read(pieces).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(Longest - 1, true, true)]
    [InlineData(Longest, true, false)]
    [InlineData(Longest, false, true)]
    [InlineData(Longest + 1, false, false)]
    public void A_line_is_as_long_as_stated_and_not_a_byte_longer(int bytes, bool hasBreak, bool taken)
    {
        var row = GoodRow.Replace("fine", new string('x', bytes - GoodRow.Length + 4), StringComparison.Ordinal);
        row.Length.ShouldBe(bytes);

        var result = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{row}{(hasBreak ? "\n" : "")}").Single();

        (result.Sample is not null).ShouldBe(taken);
        (result.Rejection?.Reason ?? "").ShouldBe(taken ? "" : "the line is longer than 256 KiB");
    }

    [Fact]
    public void Refused_lines_stand_in_order_between_the_others_also_at_the_ends()
    {
        var tooLong = new string('x', Longest + 10);
        var results = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{tooLong}\n\0\n{GoodRow}\n\0\0\n{tooLong}\n{GoodRow}\n{tooLong}");

        results.Select(r => (r.Line, r.Rejection?.Reason.Split(' ')[2])).ShouldBe(
            [(2, "is"), (3, "holds"), (4, null), (5, "holds"), (6, "is"), (7, null), (8, "is")]);
    }

    [Theory]
    [InlineData("\"a \"\"quoted\"\" word\"", "a \"quoted\" word")]
    [InlineData("\"a, b\"", "a, b")]
    [InlineData("\"  \"", null)]
    [InlineData("  x  ", "x")]
    [InlineData("\"x\"", "x")]
    [InlineData("5' 10", "5' 10")]
    [InlineData("=1+1", "=1+1")]
    public void A_cell_is_what_stands_within_its_quotes(string cell, string? value)
    {
        var sample = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\nL1,C1,2024-01,1,S,{cell},f,0\n").Single().Sample.ShouldNotBeNull();

        sample.Fields.GetValueOrDefault("note").ShouldBe(value);
    }

    [Theory]
    [InlineData("\"\\t\"", '\t')]
    [InlineData("';'", ';')]
    [InlineData("'|'", '|')]
    public void Any_character_may_part_cells_and_a_comma_is_none_then(string delimiter, char c)
    {
        var descriptor = Tables.Descriptor(Tables.Loans.Replace("{kind: csv}", $"{{kind: csv, delimiter: {delimiter}}}", StringComparison.Ordinal));
        var table = $"{Tables.LoansHeader}\n{GoodRow.Replace("fine", "a~b", StringComparison.Ordinal)}\n".Replace(',', c).Replace('~', ',');

        Tables.Read(descriptor, table).Single().Sample!.Fields["note"].ShouldBe("a,b");
    }

    [Theory]
    [InlineData("'|'", "1;2;3\n", "separated by ';' and not by '|'")]
    [InlineData("','", "1\t2\t3\n", "separated by '\\t' and not by ','")]
    public void Without_a_header_a_wrong_delimiter_is_guessed_from_the_first_row(string delimiter, string table, string guess)
    {
        var descriptor = Tables.Descriptor(Bare.Replace("header: false", $"header: false, delimiter: {delimiter}", StringComparison.Ordinal));

        var message = Tables.MessageOf(() => Tables.Read(descriptor, table));

        message.ShouldStartWith("loans.csv, line 1: the descriptor needs column 3, but the row has 1.");
        message.ShouldContain(guess);
    }

    [Fact]
    public void Without_a_header_the_first_row_is_a_row_and_fixes_the_width()
    {
        var results = Tables.Read(Tables.Descriptor(Bare), "7,k,1,extra\n8,k,2\n9,k,2,e\n");

        results.Select(r => r.Sample?.Fields["a"] ?? r.Rejection!.Reason).ShouldBe(["7", "3 columns instead of 4", "9"]);
    }

    [Theory]
    [InlineData("\"2\"", "two")]
    [InlineData("\"2\"", "\"0\"")]
    [InlineData("\"2\"", "\"-1\"")]
    [InlineData("\"2\"", "\"1.5\"")]
    public void Without_a_header_columns_are_named_by_their_numbers(string column, string other)
    {
        var message = Tables.MessageOf(() => Tables.Read(Tables.Descriptor(Bare.Replace(column, other, StringComparison.Ordinal)), "7,k,1\n"));

        message.ShouldContain($"columns by number from 1; '{other.Trim('"')}' is none.");
    }

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, "is empty: there is nothing to read")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 65 }, "is UTF-16 text")]
    [InlineData(new byte[] { 0x50, 0x4B, 3, 4, 20 }, "compressed or binary")]
    [InlineData(new byte[] { 0x50, 0x41, 0x52, 0x31, 21 }, "compressed or binary")]
    [InlineData(new byte[] { 0x0A, 0x0A }, "the header lacks 'client', 'loan', 'month'")]
    public void What_holds_no_table_is_refused_by_name(byte[] content, string reason) =>
        Tables.MessageOf(() => Tables.Read(Tables.Descriptor(), content)).ShouldContain(reason);

    [Fact]
    public void A_header_alone_is_a_table_without_rows() => Tables.Read(Tables.Descriptor(), Tables.LoansHeader).ShouldBeEmpty();

    [Fact]
    public void Columns_may_stand_in_any_order_beside_others_and_with_blanks_around_their_names()
    {
        var sample = Tables.Read(Tables.Descriptor(), "label , x,sex,note,job, income,month,client,loan\n0,9,f,fine,S,2500,2024-01,C1,L1\n").Single().Sample!;

        sample.Id.ShouldBe(Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{GoodRow}\n").Single().Sample!.Id);
    }

    [Fact]
    public void Many_missing_columns_are_not_all_listed()
    {
        var fields = string.Join(", ", Enumerable.Range(0, 30).Select(i => $"{{name: f{i}, kind: numeric}}"));
        var descriptor = Tables.Descriptor(
            $"name: t\ntask: t\nformat: {{kind: csv}}\nfields: [{fields}]\nanswer: {{column: y, at_least: 1, allowed: [x, y], positive: y}}");

        Tables.MessageOf(() => Tables.Read(descriptor, "y\n1\n")).ShouldContain("'f11' and 18 more. Found 1 columns: 'y'.");
    }

    [Fact]
    public void ARFF_takes_names_in_quotes_of_both_kinds_and_skips_comments()
    {
        var descriptor = Tables.Descriptor("""
            name: t
            task: t
            format: {kind: arff}
            fields: [{name: "a b", kind: numeric}, {name: c, kind: categorical}]
            answer: {column: class, map: {"0": x, "1": y}, allowed: [x, y], positive: y}
            """);

        var results = Tables.Read(
            descriptor,
            "@RELATION r\n% @attribute hidden numeric\n\n@attribute \"a b\" real\n@Attribute\tc\t{u,'v w'}\n  @attribute class {0,1}\n@DATA\n 1 , "
            + "'v w' , 1 \n%,,\n2,?,0\n");

        results.Select(r => (r.Line, r.Sample!.Fields["a b"], r.Sample.Fields.GetValueOrDefault("c"), r.Sample.Answer))
            .ShouldBe([(8, "1", "v w", "y"), (10, "2", null, "x")]);
    }

    [Theory]
    [InlineData("@relation r\n@data\n1,2\n")]
    [InlineData("@relation r\n@attribute a numeric\n")]
    [InlineData("1,2,3\n")]
    public void What_lacks_attributes_or_data_is_no_ARFF(string table) =>
        Tables.MessageOf(() => Tables.Read(Tables.Descriptor(Bare.Replace("csv, header: false", "arff", StringComparison.Ordinal)), table))
            .ShouldContain("is not an ARFF file: it lacks '@attribute' lines before '@data'");

    [Fact]
    public void Blanks_of_any_kind_and_number_part_cells_of_a_whitespace_table()
    {
        var descriptor = Tables.Descriptor(Bare.Replace("csv, header: false", "whitespace", StringComparison.Ordinal));
        Prop.ForAll(Gen.Elements(" ", "  ", "\t", " \t ", "\t\t").ArrayOf(4).ToArbitrary(), blanks =>
        {
            var rows = Tables.Read(descriptor, $"{blanks[0]}1{blanks[1]}k{blanks[2]}2{blanks[3]}\n{blanks[3]}\n2 k 1");
            return rows.Count == 2 && rows[0].Sample is { Answer: "y" } s && s.Fields["b"] == "k" && rows[1].Line == 3;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("short", "short")]
    [InlineData("a\tb\u001bc", "a·b·c")]
    public void A_value_in_a_message_is_one_line(string value, string shown) => RowMapper.Shorten(value).ShouldBe(shown);

    [Fact]
    public void A_long_value_in_a_message_ends_after_sixty_characters()
    {
        RowMapper.Shorten(new string('x', 60)).ShouldBe(new string('x', 60));
        RowMapper.Shorten(new string('x', 61)).ShouldBe(new string('x', 60) + "…");
        Tables.RejectionOf($"L1,C1,2024-01,{new string('9', 400)}x,S,fine,f,0").ShouldBe(new Rejection(2, "income", "not a number", new string('9', 60) + "…"));
    }

    /// <summary>A stream that gives at most so many bytes at a time, as a network does.</summary>
    private sealed class Pieces(byte[] content, int size) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, size));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, size)]);
    }
}
