using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;

namespace ZiGong.UnitTests.Credit.Descriptors;

/// <summary>What a descriptor means where it is silent.</summary>
public sealed class DescriptorDefaultTests
{
    private const string Shortest = """
        name: t
        task: t
        format: {kind: csv}
        fields: [{name: a, kind: numeric}, {name: b, kind: categorical}]
        answer: {column: y, at_least: 2, allowed: [x, y, z], positive: y}
        """;

    [Fact]
    public void The_shortest_descriptor_has_every_default()
    {
        var d = Tables.Descriptor(Shortest);

        (d.Version, d.Description, d.Subject, d.SubjectSpace, d.Key.Count, d.Filters.Count, d.Leaks.Count, d.Windows.Count, d.MoreTasks.Count)
            .ShouldBe((1, "", null, "t", 0, 0, 0, 0, 0));
        (d.Format.Delimiter, d.Format.Header).ShouldBe((',', true));
        d.Format.Missing.ShouldBe([""]);
        d.ObservedAt.ShouldBe(new ObservedAtDescriptor());
        d.OutcomeHorizon.ShouldBeNull();
        d.Split.ShouldBe(new SplitDescriptor { Mode = SplitMode.Auto, ReferenceMonths = 1, TestMonths = 1 });
        (d.Prompt.Form, d.Prompt.MissingWords, d.Prompt.Instruction).ShouldBe((PromptForm.Table, "unknown", null));
        d.Fields[0].ShouldSatisfyAllConditions(
            f => (f.Column, f.Label, f.Protected, f.Feature).ShouldBe(("a", "a", false, true)), f => f.Missing.ShouldBe([""]));
    }

    [Theory]
    [InlineData("kind: csv", true, "")]
    [InlineData("kind: csv, header: false", false, "")]
    [InlineData("kind: whitespace", false, "")]
    [InlineData("kind: whitespace, header: true", false, "")]
    [InlineData("kind: arff", false, "|?")]
    [InlineData("kind: arff, missing: [NA]", false, "NA")]
    public void A_format_brings_its_own_header_and_word_for_missing(string format, bool header, string missing)
    {
        var d = Tables.Descriptor(Shortest.Replace("kind: csv", format, StringComparison.Ordinal));

        (d.Format.Header, string.Join('|', d.Format.Missing)).ShouldBe((header, missing));
    }

    [Fact]
    public void A_fields_own_words_for_missing_come_beside_the_files()
    {
        var d = Tables.Descriptor(
            Shortest.Replace("kind: csv", "kind: csv, missing: ['', NA]", StringComparison.Ordinal)
                .Replace("name: a,", "name: a, missing: [NA, '-1'],", StringComparison.Ordinal));

        d.Fields[0].Missing.ShouldBe(["", "NA", "-1"]);
        d.Fields[1].Missing.ShouldBe(["", "NA"]);
    }

    [Theory]
    [InlineData("outcome_horizon: 6", 6, null)]
    [InlineData("outcome_horizon: {months: 6}", 6, null)]
    [InlineData("outcome_horizon: {column: b}", 0, "b")]
    public void A_horizon_is_a_number_or_a_mapping(string line, int months, string? column) =>
        Tables.Descriptor($"{Shortest}\nobserved_at: {{constant: 2024-01}}\n{line}").OutcomeHorizon.ShouldBe(new OutcomeHorizonDescriptor(months, column));

    [Fact]
    public void A_single_text_is_a_list_of_one()
    {
        var d = Tables.Descriptor($"{Shortest}\nkey: id\nleaks: later");

        (d.Key, d.Leaks).ShouldSatisfyAllConditions(l => l.Key.ShouldBe(["id"]), l => l.Leaks.ShouldBe(["later"]));
    }

    [Theory]
    [InlineData("24.9", "under 25")]
    [InlineData("25", "25 to under 60.5")]
    [InlineData("60.4", "25 to under 60.5")]
    [InlineData("60.5", "60.5 and over")]
    [InlineData("-1E+300", "under 25")]
    [InlineData("n/a", "n/a")]
    public void Cuts_part_numbers_with_the_cut_itself_above(string value, string group) =>
        Tables.Descriptor(Shortest.Replace("{name: a,", "{name: a, protected: true, cuts: [25, 60.5],", StringComparison.Ordinal)).Fields[0].GroupOf(value)
            .ShouldBe(group);

    [Fact]
    public void Groups_come_before_words_and_words_before_the_value()
    {
        var field = Tables.Descriptor(Shortest.Replace(
            "{name: b,", "{name: b, codes: {m: male, f: female, u: unknown}, groups: {u: other, f: women},", StringComparison.Ordinal)).Fields[1];

        new[] { "m", "f", "u", "zzz" }.Select(field.GroupOf).ShouldBe(["male", "women", "other", "zzz"]);
        field.Words("zzz").ShouldBe("zzz");
    }

    [Theory]
    [InlineData("2", "y")]
    [InlineData("1.999", "x")]
    [InlineData("-7", "x")]
    [InlineData("1e1", "y")]
    public void A_threshold_gives_the_bad_outcome_from_itself_on_and_else_the_first_other_answer(string cell, string answer) =>
        Tables.Read(Tables.Descriptor(Shortest), $"a,b,y\n1,k,{cell}\n").Single().Sample!.Answer.ShouldBe(answer);

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("two")]
    public void A_label_for_a_threshold_has_to_be_a_number(string cell)
    {
        var rejection = Tables.Read(Tables.Descriptor(Shortest), $"a,b,y\n1,k,{cell}\n").Single().Rejection;

        rejection.ShouldBe(new Rejection(2, "y", "not a number", cell));
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("key: id", true, false)]
    [InlineData("key: id\nobserved_at: {constant: 2024-01}", true, false)]
    [InlineData("key: id\nobserved_at: {column: when}", false, true)]
    [InlineData("key: [id, when]\nobserved_at: {column: when}", false, false)]
    [InlineData("key: id\nobserved_at: {column: when, part_of_key: true}", true, false)]
    [InlineData("observed_at: {column: when}", true, false)]
    public void Whether_a_time_names_rows_follows_from_where_it_comes_from(string lines, bool names, bool isFixed)
    {
        var d = Tables.Descriptor($"{Shortest}\n{lines}");

        (d.TimeNamesRows, d.KeyFixesTime).ShouldBe((names, isFixed));
    }

    [Fact]
    public void Rules_are_broken_beyond_their_limit_and_never_by_a_missing_number()
    {
        var above = new RuleDescriptor { Name = "r", Field = "a", Above = 10 };
        var below = new RuleDescriptor { Name = "r", Field = "a", Below = 0.5 };
        var missing = new RuleDescriptor { Name = "r", Field = "a", Missing = true };
        var listed = new RuleDescriptor { Name = "r", Field = "a", In = ["A", "B"] };

        new[] { "10", "10.01", "-1" }.Select(above.IsBroken).ShouldBe([false, true, false]);
        new[] { "0.5", "0.49", "1E+300" }.Select(below.IsBroken).ShouldBe([false, true, false]);
        new[] { null, "" }.Select(missing.IsBroken).ShouldBe([true, false]);
        new[] { "A", "a", "C", null }.Select(listed.IsBroken).ShouldBe([true, false, false, false]);
        above.IsBroken(null).ShouldBeFalse();
    }
}
