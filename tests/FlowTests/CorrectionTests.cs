using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest.Files;

namespace ZiGong.FlowTests;

/// <summary>What names a row, and so what a later row corrects.</summary>
[Collection("light")]
public sealed class CorrectionTests : IAsyncLifetime
{
    private const string Header = "client;day;income;label";
    private const string Yaml = """
        name: book
        task: credit-scoring
        format: {kind: csv, delimiter: ";"}
        subject: client
        key: [client]
        observed_at: {column: day, format: yyyy-MM}
        outcome_horizon: 3
        fields: [{name: income, kind: numeric}]
        answer: {column: label, map: {"0": good, "1": bad}}
        """;

    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_wrong_date_is_corrected_by_the_row_with_the_right_one()
    {
        await IngestAsync(Yaml, "A;2023-01;1000;0", "B;2203-03;2000;1");

        var summary = await IngestAsync(Yaml, "A;2023-01;1000;0", "B;2023-03;2000;1");

        (summary.Added, summary.Unchanged, summary.Superseded, summary.Moved).ShouldBe((1, 1, 1, 1));
        (await StandingAsync()).ShouldBe(["2023-01 1000", "2023-03 2000"]);
    }

    [Fact]
    public async Task A_correction_with_the_same_date_counts_as_no_move()
    {
        await IngestAsync(Yaml, "A;2023-01;1000;0");
        var summary = await IngestAsync(Yaml, "A;2023-01;1500;0");
        (summary.Superseded, summary.Moved).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_file_with_two_dates_of_one_key_is_refused_before_anything_is_stored()
    {
        string[] rows = ["A;2023-01;1000;0", "B;2023-01;2000;1", "A;2023-02;1100;0"];

        var refused = await Should.ThrowAsync<InputException>(() => IngestAsync(Yaml, rows));

        refused.Message.ShouldContain("lines 2 and 4 have one key and two dates");
        refused.Message.ShouldContain("observed_at: {column: day, part_of_key: true}");
        (await _lab.CountAsync("select count(*) from zigong.samples")).ShouldBe(0);
        (await _lab.CountAsync("select count(*) from zigong.files")).ShouldBe(0);
    }

    [Fact]
    public async Task Where_the_time_is_part_of_the_key_each_month_is_a_row_of_its_own()
    {
        var monthly = Yaml.Replace("format: yyyy-MM}", "format: yyyy-MM, part_of_key: true}", StringComparison.Ordinal);
        await IngestAsync(monthly, "A;2023-01;1000;0", "A;2023-02;1100;0");
        (await IngestAsync(monthly, "A;2023-03;1200;0", "A;2023-02;1150;1")).Superseded.ShouldBe(1);
        (await StandingAsync()).ShouldBe(["2023-01 1000", "2023-02 1150", "2023-03 1200"]);
    }

    [Fact]
    public async Task Where_the_times_column_stands_in_the_key_each_month_is_a_row_of_its_own()
    {
        var monthly = Yaml.Replace("key: [client]", "key: [client, day]", StringComparison.Ordinal);
        await IngestAsync(monthly, "A;2023-01;1000;0", "A;2023-02;1100;0");
        (await StandingAsync()).ShouldBe(["2023-01 1000", "2023-02 1100"]);
    }

    [Fact]
    public async Task A_time_that_the_descriptor_gives_stays_part_of_what_names_a_row()
    {
        string Dated(string month) => Yaml.Replace("{column: day, format: yyyy-MM}", $"{{constant: {month}}}", StringComparison.Ordinal);
        await IngestAsync(Dated("2023-01"), "A;;1000;0");
        (await IngestAsync(Dated("2023-02"), "A;;1100;0")).Superseded.ShouldBe(0);
        (await StandingAsync()).ShouldBe(["2023-01 1000", "2023-02 1100"]);
    }

    private async Task<IngestSummary> IngestAsync(string yaml, params string[] rows)
    {
        var path = Path.Combine(_lab.Folder, "book.csv");
        await File.WriteAllTextAsync(path, string.Concat(rows.Prepend(Header).Select(row => row + "\n")));
        return await new FileIngestion(_lab.Source, SubjectHasher.FromFile(_lab.Options.SubjectKeyFile), TimeProvider.System)
            .RunAsync(DescriptorFile.Parse(yaml, "book.yaml"), path, null, default);
    }

    private async Task<List<string>> StandingAsync()
    {
        await using var db = _lab.NewContext();
        var rows = await db.Samples.Where(s => s.SupersededBy == null && s.WithdrawnAt == null).OrderBy(s => s.ObservedAt).ToListAsync();
        return rows.ConvertAll(r => $"{r.ObservedAt:yyyy-MM} {System.Text.Json.JsonDocument.Parse(r.Fields).RootElement.GetProperty("income").GetString()}");
    }
}
