using ZiGong.Cli.Terminal;
using ZiGong.Credit.Reading;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Datasets;

/// <summary>A data set's report on the screen.</summary>
internal static class DatasetReportView
{
    public static object Json(DatasetReport report) => new
    {
        report.Dataset,
        report.Rows,
        report.Samples,
        report.Filtered,
        report.Rejected,
        report.Subjects,
        report.RepeatedKeys,
        report.KeysWithTwoTimes,
        report.Answers,
        report.FirstObserved,
        report.LastObserved,
        report.Missing,
        RejectionKinds = report.RejectionKinds.Select(k => new { k.Field, k.Reason, k.Count }),
        report.FirstRejections,
        Form = $"{report.Form}",
        Prompts = report.Prompts.Select(p => new { p.Prompt, p.Answer }),
        OtherForm = $"{report.OtherForm}",
        OtherPrompt = report.OtherPrompt is { } o ? new { o.Prompt, o.Answer } : null,
    };

    public static void Print(DatasetReport report, Screen screen)
    {
        var span = report.FirstObserved is { } first && report.LastObserved is { } last ? $"{first:yyyy-MM-dd} to {last:yyyy-MM-dd}" : "none";
        screen.Print(Format.Table(
            [report.Dataset, ">"],
            [
                ["Rows", Format.Count(report.Rows)],
                ["Samples", Format.Count(report.Samples)],
                ["Left out by filters", Format.Count(report.Filtered)],
                ["Rejected", Format.Count(report.Rejected)],
                ["Subjects", Format.Count(report.Subjects)],
                .. report.RepeatedKeys == 0 ? [] : (string[][])[["Replaced by a later row of their key", Format.Count(report.RepeatedKeys)]],
                ["Observed", span],
                .. report.Answers.Select(
                    a => (string[])[$"Answer '{a.Key}'", $"{Format.Count(a.Value)} ({Format.Share(a.Value / (double)Math.Max(report.Samples, 1))})"]),
                .. report.Missing.Select(
                    m => (string[])[$"Missing {m.Key}", $"{Format.Count(m.Value)} ({Format.Share(m.Value / (double)Math.Max(report.Samples, 1))})"]),
            ]));
        if (report.KeysWithTwoTimes > 0)
        {
            screen.Note(
                $"{Format.Count(report.KeysWithTwoTimes)} rows have the key of an earlier one and another date: the table would be refused. If each is "
                + "an observation of its own, say so in the descriptor: observed_at with part_of_key: true.");
        }

        if (report.Rejected > 0)
        {
            screen.Heading("Rejections");
            screen.Print(Format.Table(["Field", "Reason", "Rows>"], report.RejectionKinds.Select(k => (string[])[k.Field, k.Reason, Format.Count(k.Count)])));
            screen.Print(Format.Table(
                ["Line>", "Field", "Reason", "Value"], report.FirstRejections.Select(r => (string[])[$"{r.Line}", r.Field, r.Reason, r.Value])));
        }

        foreach (var (prompt, answer) in report.Prompts)
        {
            screen.Heading($"Prompt, answered '{answer}'");
            screen.Line(prompt);
        }

        if (report.OtherPrompt is { } other)
        {
            screen.Heading($"The first one with Templating:Form={report.OtherForm}, answered '{other.Answer}'");
            screen.Line(other.Prompt);
        }
    }
}
