using System.Reflection;
using System.Text.RegularExpressions;
using MassTransit;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Evaluation;
using ZiGong.GradientExtraction;
using ZiGong.Ingest;
using ZiGong.Selection;
using ZiGong.Templating;
using ZiGong.Testing;
using ZiGong.TracSeqScoring;
using ZiGong.Training;

namespace ZiGong.FlowTests;

/// <summary>The README's flow table is a promise: it and the code say the same.</summary>
public sealed partial class FlowTableTests
{
    private static readonly Assembly[] Services =
    [
        typeof(IngestService).Assembly, typeof(TrainingService).Assembly, typeof(GradientExtractionService).Assembly, typeof(TracSeqScoringService).Assembly,
        typeof(SelectionService).Assembly, typeof(TemplatingService).Assembly, typeof(EvaluationService).Assembly, typeof(ControlService).Assembly,
    ];

    // A table that comes in over HTTP belongs to no run, nor does an experiment before it is planned.
    private static readonly string[] Messages =
    [
        .. typeof(IRunMessage).Assembly.GetTypes().Where(t => t is { IsClass: true } && t.IsAssignableTo(typeof(IRunMessage))).Select(t => t.Name),
        nameof(IngestUpload), nameof(ExperimentOrdered), nameof(SealFold), nameof(FoldSealed),
    ];

    private static IReadOnlyList<Row> Table { get; } = Read();

    [Fact]
    public void The_table_names_every_consumer_with_every_message_it_takes()
    {
        var inCode = Services.SelectMany(a => a.GetTypes())
            .Where(t => t is { IsClass: true, IsAbstract: false })
            .SelectMany(t => t.GetInterfaces()
                .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>))
                .Select(i => $"{i.GetGenericArguments()[0].Name} -> {t.Name}"));
        var inTable = Table.SelectMany(row => row.Consumers.SelectMany(consumer => row.Events.Select(message => $"{message} -> {consumer}")));
        inTable.Order(StringComparer.Ordinal).ShouldBe(inCode.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_message_of_the_contracts_is_in_the_section_and_every_name_in_the_table_is_one()
    {
        var named = Section().SelectMany(Names).ToHashSet(StringComparer.Ordinal);
        Messages.Where(m => !named.Contains(m)).ShouldBeEmpty();
        Table.SelectMany(r => r.Events.Concat(r.Next)).ShouldBeSubsetOf(Messages);
    }

    [Fact]
    public void The_tables_written_exist()
    {
        var tables = typeof(Storage.PipelineDb).GetProperties()
            .Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(Microsoft.EntityFrameworkCore.DbSet<>))
            .Select(p => CapitalAfterSmall().Replace(p.Name, "_").ToLowerInvariant())
            .ToList();
        Table.SelectMany(r => r.Tables).Distinct().ShouldBeSubsetOf(tables);
        Table.Count(r => r.Tables.Count > 0).ShouldBeGreaterThanOrEqualTo(7, "a result lies in results, unless it is rows of its own");
    }

    /// <summary>The rows of the table; messages and consumers are in backticks there, tables are parted by commas.</summary>
    private static List<Row> Read() => [.. Section()
        .Where(l => l.StartsWith('|'))
        .Skip(2)
        .Select(l => l.Trim('|').Split('|'))
        .Where(cells => cells.Length == 4)
        .Select(cells => new Row(
            Names(cells[0]),
            Names(cells[1]),
            cells[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => t.Trim('`')).ToList(),
            Names(cells[3])))];

    private static IEnumerable<string> Section() => File.ReadLines(Path.Combine(Checkout.Root, "README.md"))
        .SkipWhile(l => !l.StartsWith("## Flow", StringComparison.Ordinal))
        .Skip(1)
        .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal));

    private static List<string> Names(string cell) => [.. InBackticks().Matches(cell).Select(m => m.Value.Trim('`'))];

    [GeneratedRegex("`[A-Za-z_]+`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InBackticks();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CapitalAfterSmall();

    private sealed record Row(IReadOnlyList<string> Events, IReadOnlyList<string> Consumers, IReadOnlyList<string> Tables, IReadOnlyList<string> Next);
}
