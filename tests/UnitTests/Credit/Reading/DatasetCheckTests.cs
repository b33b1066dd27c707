using Shouldly;
using Xunit;
using ZiGong.Credit.Reading;

namespace ZiGong.UnitTests.Credit.Reading;

public sealed class DatasetCheckTests
{
    private static readonly DatasetReport Report = DatasetCheck.Run(Tables.Descriptor(), Tables.Read(Tables.Descriptor(), $"""
        {Tables.LoansHeader}
        L1,C1,2024-01,2500,S,fine,f,0
        L2,C1,2024-03,,F,fine,m,0
        L3,C2,2023-11,100,F,,m,0
        L4,C3,2024-02,100,F,fine,m,1
        L5,C3,2024-02,lots,F,fine,m,1
        L6,C3,2024-02,many,F,fine,m,1
        L7,C3,2024-02,1,Z,fine,m,1
        """));

    [Fact]
    public void Rows_samples_and_rejections_add_up()
    {
        Report.Rows.ShouldBe(7);
        Report.Samples.ShouldBe(4);
        Report.Rejected.ShouldBe(3);
        Report.Filtered.ShouldBe(0);
        Report.Subjects.ShouldBe(3);
    }

    [Fact]
    public void Labels_times_and_missing_values_are_counted()
    {
        Report.Answers.Select(pair => (pair.Key, pair.Value)).ShouldBe([("good", 3L), ("bad", 1L)]);
        Report.FirstObserved!.Value.Month.ShouldBe(11);
        Report.LastObserved!.Value.Month.ShouldBe(3);
        Report.Missing.Select(pair => (pair.Key, pair.Value)).ShouldBe([("income", 1L), ("note", 1L)]);
    }

    [Fact]
    public void Rejections_are_listed_and_counted_by_kind()
    {
        Report.FirstRejections.Select(rejection => (rejection.Line, rejection.Field)).ShouldBe([(6, "income"), (7, "income"), (8, "job")]);
        Report.RejectionKinds[0].ShouldBe(("income", "not a number", 2L));
    }

    [Fact]
    public void Three_prompts_are_shown_and_the_rare_answer_is_among_them()
    {
        Report.Prompts.Count.ShouldBe(3);
        Report.Prompts.Select(prompt => prompt.Answer).ShouldContain("bad");
        Report.Prompts[0].Prompt.ShouldContain("Monthly income: 2500");
    }

    [Fact]
    public void A_file_of_nothing_but_rejections_is_still_reported()
    {
        var report = DatasetCheck.Run(
            Tables.Descriptor(), Tables.Read(Tables.Descriptor(), $"{Tables.LoansHeader}\n{string.Concat(Enumerable.Repeat("x\n", 100))}"));

        report.Samples.ShouldBe(0);
        report.Rejected.ShouldBe(100);
        report.FirstRejections.Count.ShouldBe(DatasetCheck.ShownRejections);
        report.Prompts.ShouldBeEmpty();
        report.FirstObserved.ShouldBeNull();
    }

    [Theory]
    [InlineData("key: loan", 3, 1)]
    [InlineData("key: [loan, month]", 2, 0)]
    public void Rows_that_a_later_row_of_their_key_replaces_are_counted(string key, long repeated, long withOtherTime)
    {
        var descriptor = Tables.Descriptor(Tables.Loans.Replace("key: loan", key, StringComparison.Ordinal));
        var report = DatasetCheck.Run(descriptor, Tables.Read(descriptor, $"""
            {Tables.LoansHeader}
            L1,C1,2024-01,1,F,fine,m,0
            L1,C1,2024-01,2,F,fine,m,0
            L1,C1,2024-01,3,F,fine,m,1
            L1,C1,2024-02,3,F,fine,m,1
            L2,C1,2024-02,3,F,fine,m,1
            """));

        (report.RepeatedKeys, report.KeysWithTwoTimes).ShouldBe((repeated, withOtherTime));
    }

    [Fact]
    public void A_window_of_a_panel_that_fails_like_another_is_rejected_once()
    {
        var panel = Tables.Descriptor("""
            name: p
            task: t
            format: {kind: csv}
            key: id
            panel:
              months: [2024-01, 2024-02, 2024-03]
              series: {paid: [p1, p2, p3]}
              windows: [{ends: 2024-01, answer: {series: paid, lead: 1, at_least: 2}}, {ends: 2024-02}]
            fields: [{name: now, series: paid, kind: numeric}, {name: age, kind: numeric}]
            answer: {column: out, map: {"0": x, "1": y}, allowed: [x, y], positive: y}
            """);
        var results = Tables.Read(panel, "id,p1,p2,p3,age,out\n1,0,3,0,30,0\n2,0,1,0,old,1\n3,bad,1,0,40,1\n");

        results.Select(result => result.Sample is { } s ? $"{s.Fields["now"]} {s.Answer}" : $"{result.Rejection!.Field} {result.Line}")
            .ShouldBe(["0 y", "3 x", "age 3", "p1 4", "1 y"]);
    }
}
