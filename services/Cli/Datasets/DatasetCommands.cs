using System.CommandLine;
using ZiGong.Cli.Terminal;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Datasets;

/// <summary><c>dataset check</c>, <c>dataset show</c> and <c>dataset list</c>.</summary>
internal static class DatasetCommands
{
    public static Command Create(CommandBuilder builder)
    {
        var group = new Command("dataset", "Look at data sets before anything is stored.");
        var descriptor = new Argument<string>("DESCRIPTOR") { Description = "A shipped name (see `dataset list`) or the path of a YAML file." };
        var file = new Argument<string>("FILE") { Description = "The table." };
        group.Add(builder.Command(
            "check",
            "Rows, label balance, times, missing values, rejections, and rendered prompts.",
            [descriptor, file],
            (parsed, screen, ct) => CheckAsync(parsed.GetRequiredValue(descriptor), parsed.GetRequiredValue(file), screen, ct),
            "zigong dataset check german german.data",
            "zigong dataset check my-portfolio.yaml exports/2026-10.csv"));
        group.Add(builder.Command(
            "show",
            "Task, answers and fields of a descriptor, and its prompts in every form, without data.",
            [descriptor],
            (parsed, screen, _) => Task.FromResult(DescriptorView.Print(DescriptorFile.Load(parsed.GetRequiredValue(descriptor)), screen)),
            "zigong dataset show german"));
        group.Add(builder.Command("list", "The descriptors that ship with the program.", [], (_, screen, _) => ListAsync(screen), "zigong dataset list"));
        HelpWithExamples.AddTo(group, "zigong dataset list", "zigong dataset check german german.data");
        return group;
    }

    private static Task<int> CheckAsync(string descriptorName, string file, Screen screen, CancellationToken ct)
    {
        var descriptor = DescriptorFile.Load(descriptorName);

        // Nothing is stored, so any key will do: subjects are only counted.
        var report = DatasetCheck.Run(descriptor, file, new SubjectHasher(new byte[32]), ct);
        if (screen.Json)
        {
            screen.Data(DatasetReportView.Json(report));
        }
        else
        {
            DatasetReportView.Print(report, screen);
        }

        return Task.FromResult(ExitCodes.Done);
    }

    private static Task<int> ListAsync(Screen screen)
    {
        var descriptors = DescriptorFile.Catalog.Select(name => (Name: name, Descriptor: DescriptorFile.Load(name))).ToList();
        if (screen.Json)
        {
            screen.Data(descriptors.Select(d => new { d.Name, d.Descriptor.Task, d.Descriptor.Description }));
        }
        else
        {
            screen.Print(Format.Table(
                ["Name", "Task", "What it is"], descriptors.Select(d => (string[])[d.Name, d.Descriptor.Task, d.Descriptor.Description])));
        }

        return Task.FromResult(ExitCodes.Done);
    }
}
