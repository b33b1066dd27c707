using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Reading;

namespace ZiGong.UnitTests.Credit.Reading;

public sealed class SampleReaderTests
{
    private const string GoodRow = "L1,C1,2024-01,2500,S,fine,f,0";

    [Fact]
    public void A_row_becomes_a_sample()
    {
        var result = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{GoodRow}\n").ShouldHaveSingleItem();

        var sample = result.Sample.ShouldNotBeNull();
        result.Line.ShouldBe(2);
        sample.Dataset.ShouldBe("loans");
        sample.Task.ShouldBe("credit-default");
        sample.Answer.ShouldBe("good");
        sample.ObservedAt.ShouldBe(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero));
        sample.LabelKnownAt.ShouldBe(new DateTimeOffset(2024, 4, 1, 0, 0, 0, TimeSpan.Zero));
        sample.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")
            .ShouldBe(["income=2500", "job=S", "note=fine", "sex=f"]);
        sample.Subject.ShouldBe(Tables.Hasher.Hash("loans", "C1"));
        sample.Id.ShouldBe(SampleIdentity.Of(sample));
        sample.Id.Length.ShouldBe(32);
    }

    [Theory]
    [InlineData("L1,C1,2024-01,much,S,fine,f,0", "income", "not a number", "much")]
    [InlineData("L1,C1,2024-01,NaN,S,fine,f,0", "income", "not a number", "NaN")]
    [InlineData("L1,C1,2024-01,1e999,S,fine,f,0", "income", "not a number", "1e999")]
    [InlineData("L1,C1,2024-01,1,X,fine,f,0", "job", "unknown code; the code book has S, F", "X")]
    [InlineData("L1,C1,2024-01,1,S,fine,f,7", "label", "unknown label; known are 0, 1", "7")]
    [InlineData("L1,C1,2024-01,1,S,fine,f,", "label", "the label is missing", "")]
    [InlineData("L1,C1,01/2024,1,S,fine,f,0", "month", "not a date of the form yyyy-MM", "01/2024")]
    [InlineData("L1,,2024-01,1,S,fine,f,0", "client", "the subject is missing", "")]
    [InlineData(",C1,2024-01,1,S,fine,f,0", "loan", "the key is missing", "")]
    [InlineData("L1,C1,2024-01", "", "3 columns instead of 8", "")]
    [InlineData("L1,C1,2024-01,1,S,\"open,f,0", "", "6 columns instead of 8", "")]
    [InlineData("L1,C1,2024-01,L1,S,fine,f,0", "income", "not a number", "")]
    [InlineData("L1,C1234,2024-01,c1234 and more,S,fine,f,0", "income", "not a number", "")]
    public void A_bad_row_is_rejected_with_line_field_reason_and_value(string row, string field, string reason, string value) =>
        Tables.RejectionOf(row).ShouldBe(new ZiGong.Credit.Rejection(2, field, reason, value));

    [Fact]
    public void A_bad_row_spoils_no_other_and_lines_are_counted_through_empty_ones()
    {
        var results = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\r\n{GoodRow}\r\n\r\nL2,C1\r\nL3,C2,2024-02,1,F,\"a, b\",m,1");

        results.Select(result => (result.Line, Good: result.Sample is not null)).ShouldBe([(2, true), (4, false), (5, true)]);
        results[2].Sample!.Fields["note"].ShouldBe("a, b");
    }

    [Fact]
    public void A_line_of_10_MB_is_a_rejection_and_takes_no_memory_to_speak_of()
    {
        var table = $"{Tables.LoansHeader}\nL0,{new string('x', 10_000_000)}\n{GoodRow}\n";
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(table));
        var descriptor = Tables.Descriptor();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var results = SampleReader.Read(descriptor, stream, "loans.csv", "", Tables.Hasher, CancellationToken.None).ToList();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2_000_000);
        results.Count.ShouldBe(2);
        results[0].Rejection.ShouldNotBeNull().Reason.ShouldBe("the line is longer than 256 KiB");
        results[0].Line.ShouldBe(2);
        results[0].Rejection!.Value.ShouldBeEmpty("which borrower's line it is stays out");
        results[1].Line.ShouldBe(3);
        results[1].Sample.ShouldNotBeNull();
    }

    [Fact]
    public void NUL_bytes_reject_their_own_line_only()
    {
        var results = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{GoodRow}\nL\0,2\n{GoodRow}\n\0\0\0");

        results.Select(result => result.Line).ShouldBe([2, 3, 4, 5]);
        results.Select(result => result.Rejection?.Reason).ShouldBe([null, "the line holds NUL bytes", null, "the line holds NUL bytes"]);
        results[1].Rejection!.Value.ShouldBeEmpty("which borrower's line it is stays out");
    }

    [Fact]
    public void A_missing_value_is_an_absent_field()
    {
        var sample = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\nL1,C1,2024-01,,S, ,f,0").Single().Sample!;

        sample.Fields.Keys.Order(StringComparer.Ordinal).ShouldBe(["job", "sex"]);
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_rejected_rather_than_mangled()
    {
        byte[] table = [.. Encoding.UTF8.GetBytes($"{Tables.LoansHeader}\nL1,C1,2024-01,1,S,"), 0xE9, .. ",f,0"u8];

        Tables.Read(Tables.Descriptor(), table).Single().Rejection!.Reason.ShouldBe("not UTF-8 text");
    }

    [Fact]
    public void Ids_that_are_not_UTF_8_are_refused_with_line_and_field_and_become_nobodys()
    {
        byte[] Row(string before, byte letter, string after) => [.. Encoding.UTF8.GetBytes(before), letter, .. Encoding.UTF8.GetBytes(after)];
        byte[] table =
        [
            .. Encoding.UTF8.GetBytes(Tables.LoansHeader + "\n"),
            .. Row("L1,M", 0xFC, "ller,2024-01,1,S,x,f,0\n"), .. Row("L2,M", 0xF6, "ller,2024-01,1,S,x,f,0\n"), .. "L3,Maller,2024-01,1,S,x,f,1\n"u8,
            .. Row("L", 0xFC, ",C1,2024-01,1,S,x,f,0\n"),
        ];

        var results = Tables.Read(Tables.Descriptor(), table);

        results.Select(r => (r.Line, r.Rejection?.Field, r.Rejection?.Reason, r.Rejection?.Value)).ShouldBe(
            [(2, "client", "not UTF-8 text", ""), (3, "client", "not UTF-8 text", ""), (4, null, null, null), (5, "loan", "not UTF-8 text", "")]);
    }

    [Fact]
    public void One_id_in_two_spellings_is_one_row_of_one_borrower()
    {
        const string Rows = "L\u00fc,M\u00fcller,2024-01,1,S,x,f,0\nLu\u0308,Mu\u0308ller,2024-01,1,S,x,f,0\n";
        var samples = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{Rows}").ConvertAll(r => r.Sample!);

        samples[1].Subject.ShouldBe(samples[0].Subject);
        samples[1].Id.ShouldBe(samples[0].Id);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_header()
    {
        byte[] table = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"{Tables.LoansHeader}\n{GoodRow}")];

        Tables.Read(Tables.Descriptor(), table).Single().Sample.ShouldNotBeNull();
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Tables.MessageOf(() => SampleReader.Read(Tables.Descriptor(), "nowhere.csv", Tables.Hasher, CancellationToken.None)).ShouldContain("nowhere.csv");

    [Fact]
    public void An_empty_file_is_refused() =>
        Tables.MessageOf(() => Tables.Read(Tables.Descriptor(), "")).ShouldBe("loans.csv is empty: there is nothing to read.");

    [Fact]
    public void A_wrong_delimiter_is_guessed()
    {
        var message = Tables.MessageOf(() => Tables.Read(Tables.Descriptor(), Tables.LoansHeader.Replace(',', ';') + "\n1;2"));

        message.ShouldContain("the header lacks 'client', 'loan', 'month'", Case.Sensitive, message);
        message.ShouldContain("separated by ';' and not by ','");
    }

    [Fact]
    public void A_wrong_header_names_what_is_missing_what_is_there_and_what_may_be_meant()
    {
        var message = Tables.MessageOf(() => Tables.Read(Tables.Descriptor(), Tables.LoansHeader.Replace("income", "incone", StringComparison.Ordinal) + "\n"));

        message.ShouldContain("loans.csv, line 1: the header lacks 'income'. Found 8 columns:");
        message.ShouldContain("Is 'incone' meant for 'income'?");
    }

    [Fact]
    public void A_first_line_that_is_a_row_is_not_quoted_as_a_header()
    {
        var message = Tables.MessageOf(() => Tables.Read(Tables.Descriptor(), $"{GoodRow}\n"));

        message.ShouldContain("loans.csv, line 1: the header lacks 'client', 'loan', 'month'");
        message.ShouldContain("set format.header to false");
        message.ShouldNotContain("C1");
    }

    [Fact]
    public void The_value_of_a_column_that_names_the_row_is_not_shown_in_whatever_part_it_is_refused()
    {
        var byMonth = Tables.Descriptor(Tables.Loans.Replace("key: loan", "key: [loan, month]", StringComparison.Ordinal));

        var rejection = Tables.Read(byMonth, $"{Tables.LoansHeader}\nL1,C1,of C1,1,S,fine,f,0\n").Single().Rejection;

        rejection.ShouldBe(new ZiGong.Credit.Rejection(2, "month", "not a date of the form yyyy-MM", ""));
    }

    [Theory]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "compressed")]
    [InlineData(new byte[] { 0xFF, 0xFE, 65, 0 }, "UTF-16")]
    public void What_is_no_text_table_is_refused(byte[] content, string reason) =>
        Tables.MessageOf(() => Tables.Read(Tables.Descriptor(), content)).ShouldContain(reason);

    [Fact]
    public void Filters_leave_rows_out_without_rejecting_them()
    {
        var yaml = Tables.Loans + "\nfilters: [{column: job, in: [S]}, {column: note, matches: 'f.*'}]";
        var results = Tables.Read(Tables.Descriptor(yaml), $"{Tables.LoansHeader}\n{GoodRow}\nL2,C1,2024-01,x,F,fine,f,0\nL3,C1,2024-01,x,S,a fine one,f,0\n");

        results.Select(result => result.Filtered).ShouldBe([false, true, true]);
    }

    [Fact]
    public void The_months_column_adds_to_the_horizon()
    {
        var yaml = Tables.Loans.Replace("outcome_horizon: 3", "outcome_horizon: {months: 5, column: note}", StringComparison.Ordinal);
        var results = Tables.Read(Tables.Descriptor(yaml), $"{Tables.LoansHeader}\nL1,C1,2007-06,1,S, 36 months,f,0\nL2,C1,2007-06,1,S,long,f,0");

        results[0].Sample!.LabelKnownAt.ShouldBe(new DateTimeOffset(2010, 11, 1, 0, 0, 0, TimeSpan.Zero));
        results[1].Rejection!.Reason.ShouldBe("not a number of months");
    }

    [Fact]
    public void An_empty_date_is_refused_before_the_first_dated_row_as_after_it()
    {
        string[] months = ["", "", "2024-01", "", " ", "2024-01", "2024-02"];
        var table = string.Concat(months.Select((month, i) => $"L{i},C{i},{month},1,S,x,f,0\n").Prepend(Tables.LoansHeader + "\n"));

        var results = Tables.Read(Tables.Descriptor(), table);

        results.Where(r => r.Rejection is not null).Select(r => (r.Line, r.Rejection!.Field, r.Rejection.Reason))
            .ShouldBe(new long[] { 2, 3, 5, 6 }.Select(line => (line, "month", "the date is missing")));
        results.Where(r => r.Sample is not null).Select(r => r.Sample!.ObservedAt!.Value.Month).ShouldBe([1, 1, 2]);
    }

    [Theory]
    [InlineData("9999-12", false)]
    [InlineData("9999-09", false)]
    [InlineData("9999-08", true)]
    [InlineData("0001-01", true)]
    public void A_date_with_no_room_for_its_outcome_is_refused_and_the_rest_is_taken(string month, bool taken)
    {
        var results = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\nL1,C1,{month},1,S,x,f,0\n{GoodRow}\n");

        results.Count.ShouldBe(2);
        results[1].Sample.ShouldNotBeNull();
        if (taken)
        {
            results[0].Sample!.LabelKnownAt.ShouldBe(results[0].Sample!.ObservedAt!.Value.AddMonths(3));
        }
        else
        {
            results[0].Rejection.ShouldBe(new ZiGong.Credit.Rejection(2, "month", "a date so late that no outcome can be known 3 months after it", month));
        }
    }

    [Fact]
    public void The_last_month_of_the_calendar_is_refused_even_without_a_horizon()
    {
        var yaml = Tables.Loans.Replace("outcome_horizon: 3\n", "", StringComparison.Ordinal);
        Tables.Read(Tables.Descriptor(yaml), $"{Tables.LoansHeader}\nL1,C1,9999-12,1,S,x,f,0\n").Single().Rejection!.Field.ShouldBe("month");
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData(" 36 months", 36)]
    [InlineData("36M", 36)]
    [InlineData("1200", 1200)]
    [InlineData("1201", null)]
    [InlineData("-5", null)]
    [InlineData("12.5", null)]
    [InlineData("\"12,5\"", null)]
    [InlineData("1e9", null)]
    [InlineData("3 years", null)]
    [InlineData("36 months or more", null)]
    [InlineData("99999999999", null)]
    [InlineData("", null)]
    public void Months_from_a_column_are_a_whole_number_or_none(string months, int? expected)
    {
        var yaml = Tables.Loans.Replace("outcome_horizon: 3", "outcome_horizon: {months: 0, column: note}", StringComparison.Ordinal);
        var result = Tables.Read(Tables.Descriptor(yaml), $"{Tables.LoansHeader}\nL1,C1,2024-01,1,S,{months},f,0\n").Single();

        (result.Sample?.LabelKnownAt).ShouldBe(expected is { } number ? new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(number) : null);
        (result.Rejection?.Reason).ShouldBe(expected is null ? "not a number of months" : null);
    }

    [Fact]
    public void The_same_row_has_the_same_id_and_a_correction_the_same_natural_key()
    {
        var table = $"{Tables.LoansHeader}\n{GoodRow}\n{GoodRow}\n{GoodRow.Replace("2500", "2600", StringComparison.Ordinal)}";
        var samples = Tables.Read(Tables.Descriptor(), table).ConvertAll(result => result.Sample!);

        samples[1].Id.ShouldBe(samples[0].Id);
        samples[2].Id.ShouldNotBe(samples[0].Id);
        samples.Select(sample => sample.NaturalKey).Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("key: loan", "yyyy-MM}", true)]
    [InlineData("key: loan", "yyyy-MM, part_of_key: true}", false)]
    [InlineData("key: [loan, month]", "yyyy-MM}", false)]
    public void A_row_with_another_date_is_a_correction_where_the_key_alone_names_it(string key, string format, bool corrects)
    {
        var yaml = Tables.Loans.Replace("key: loan", key, StringComparison.Ordinal).Replace("yyyy-MM}", format, StringComparison.Ordinal);
        var descriptor = Tables.Descriptor(yaml);

        var results = Tables.Read(descriptor, $"{Tables.LoansHeader}\n{GoodRow}\n{GoodRow.Replace("2024-01", "2024-02", StringComparison.Ordinal)}");

        (results[0].Sample!.NaturalKey == results[1].Sample!.NaturalKey).ShouldBe(corrects);
        results[0].FormerKey.ShouldNotBe(results[1].FormerKey, "earlier versions had the time in it always");
        (results[0].FormerKey == results[0].Sample!.NaturalKey).ShouldBe(key == "key: loan" ? !corrects : false);
    }

    [Fact]
    public void What_names_a_row_is_hashed_with_the_key()
    {
        var other = new ZiGong.Credit.Subjects.SubjectHasher("another key of sixteen bytes"u8);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{Tables.LoansHeader}\n{GoodRow}"));
        var theirs = SampleReader.Read(Tables.Descriptor(), stream, "x", "", other, CancellationToken.None).Single().Sample!;
        var ours = Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{GoodRow}").Single().Sample!;

        theirs.NaturalKey.ShouldNotBe(ours.NaturalKey);
        theirs.Id.ShouldNotBe(ours.Id);
    }

    [Fact]
    public void Without_a_key_equal_rows_are_kept_and_the_same_file_gives_the_same_ids()
    {
        var keyless = Tables.Descriptor(Tables.Loans.Replace("key: loan\n", "", StringComparison.Ordinal));
        var table = $"{Tables.LoansHeader}\n{GoodRow}\n{GoodRow}";
        var once = Tables.Read(keyless, table).ConvertAll(result => result.Sample!.Id);

        once.Distinct().Count().ShouldBe(2);
        Tables.Read(keyless, table).ConvertAll(result => result.Sample!.Id).ShouldBe(once);
    }

    [Fact]
    public void Whitespace_tables_take_any_run_of_blanks()
    {
        var descriptor = Tables.Descriptor("""
            name: t
            task: t
            format: {kind: whitespace}
            fields: [{name: a, column: "1", kind: numeric}, {name: b, column: "2", kind: categorical}]
            answer: {column: "3", map: {"1": x, "2": y}, allowed: [x, y], positive: y}
            """);
        var results = Tables.Read(descriptor, "  1 \t A11   1  \r\n2 A12 2\nx A 1\n3 A\n");

        results.Select(result => result.Sample is { } s ? $"{s.Fields["a"]} {s.Fields["b"]} {s.Answer}" : result.Rejection!.Reason)
            .ShouldBe(["1 A11 x", "2 A12 y", "not a number", "2 columns instead of 3"]);
        results.Select(result => result.Line).ShouldBe([1, 2, 3, 4]);
        Tables.MessageOf(() => Tables.Read(descriptor, "1,A11,1\n")).ShouldContain("needs column 3, but the row has 1. The file seems to be separated by ','");
    }

    [Fact]
    public void ARFF_tables_take_their_names_from_the_header_and_keep_line_numbers()
    {
        var descriptor = Tables.Descriptor("""
            name: t
            task: t
            format: {kind: arff}
            fields: [{name: a, kind: numeric}, {name: b c, kind: categorical}]
            answer: {column: class, map: {"0": x, "1": y}, allowed: [x, y], positive: y}
            """);
        const string Table =
            "% a comment\n@relation r\n@attribute a numeric\n@ATTRIBUTE 'b c' {u,v}\n@attribute class{0,1}\n\n@data\n1.50,'u,v',0\n% no\n?,v,1\nz,v,1\n";
        var results = Tables.Read(descriptor, Table);

        results[0].Sample!.Fields["a"].ShouldBe("1.5");
        results[0].Sample!.Fields["b c"].ShouldBe("u,v");
        results[1].Sample!.Fields.ContainsKey("a").ShouldBeFalse();
        results.Select(result => result.Line).ShouldBe([8, 10, 11]);
        results[2].Rejection!.Field.ShouldBe("a");
        Tables.MessageOf(() => Tables.Read(descriptor, "a,b,class\n1,2,3")).ShouldContain("not an ARFF file");
    }

    [Fact]
    public void Reading_stops_when_cancelled()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{Tables.LoansHeader}\n{GoodRow}"));
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(() =>
            SampleReader.Read(Tables.Descriptor(), stream, "x", "", Tables.Hasher, source.Token).ToList());
    }

    [Fact]
    public void Whatever_the_bytes_every_line_is_a_result_or_the_file_is_refused()
    {
        var descriptor = Tables.Descriptor();
        var pieces = Gen.Elements("L1,C1,2024-01,1,S,x,f,0", "\n", "\r\n", "\"", ",", "\0", "\uFEFF", "é", "2024-02", ",,,,,,,", " ", "\t");
        Prop.ForAll(pieces.ArrayOf().ToArbitrary(), parts =>
        {
            var table = $"{Tables.LoansHeader}\n{string.Concat(parts)}";
            var results = Tables.Read(descriptor, table);
            var lines = table.Split('\n').Length;
            return results.TrueForAll(result => result.Line >= 2 && result.Line <= lines && !result.Filtered)
                && results.Select(result => result.Line).SequenceEqual(results.Select(result => result.Line).Order());
        }).QuickCheckThrowOnFailure();
    }
}
