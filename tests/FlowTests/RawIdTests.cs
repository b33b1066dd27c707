using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Api;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest.Files;
using ZiGong.Reports.Charts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Wherever a row goes wrong, no table and no message shows whose it is.</summary>
[Collection("light")]
public sealed class RawIdTests : IAsyncLifetime
{
    private const string Header = "client;loan;day;income;job;label";
    private const string Yaml = """
        name: raw
        task: credit-scoring
        format: {kind: csv, delimiter: ";"}
        subject: client
        key: [client, loan]
        observed_at: {column: day, format: yyyy-MM-dd}
        outcome_horizon: 3
        fields:
          - {name: income, kind: numeric}
          - {name: job, kind: categorical, codes: {a: clerk, b: smith}}
        answer: {column: label, map: {"0": good, "1": bad}}
        """;

    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_thousand_borrowers_whose_rows_are_refused_in_every_way_stand_nowhere()
    {
        var table = Path.Combine(_lab.Folder, "raw.csv");
        await File.WriteAllBytesAsync(table, [.. Encoding.UTF8.GetBytes(Header + "\n"), .. Enumerable.Range(0, 1000).SelectMany(Faulty)]);

        var summary = await new FileIngestion(_lab.Source, SubjectHasher.FromFile(_lab.Options.SubjectKeyFile), TimeProvider.System)
            .RunAsync(DescriptorFile.Parse(Yaml, "raw.yaml"), table, null, default);

        summary.Rejected.ShouldBeGreaterThan(800);
        summary.Added.ShouldBeGreaterThan(0);
        await ShowsNobodyAsync();
        (await _lab.CountAsync("select count(*) from zigong.rejections where value = 'plenty'")).ShouldBeGreaterThan(0, "of ordinary fields the value is what helps");
    }

    [Fact]
    public async Task An_upload_that_does_not_fit_its_descriptor_says_so_without_quoting_it()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        var descriptor = (await client.PutAsync("/v1/descriptors", new StringContent(Yaml)).JsonAsync()).GetProperty("descriptor").GetString();
        var table = string.Concat(Enumerable.Range(0, 20).Select(n => Encoding.UTF8.GetString(Good(n))));
        var upload = (await client.PutAsync($"/v1/uploads?dataset={descriptor}&name=raw.csv", new StringContent(table)).JsonAsync()).GetProperty("uploadId").GetGuid();

        var failed = await _lab.UntilAsync(async db => await db.Uploads.SingleAsync(u => u.UploadId == upload) is { State: UploadState.Failed } u ? u : null, "the refusal");

        failed.Error!.ShouldContain("the header lacks");
        await ShowsNobodyAsync();
        (await client.GetStringAsync($"/v1/uploads/{upload}")).ShouldNotContain("KD-");
    }

    [Fact]
    public async Task Rows_that_an_earlier_version_refused_are_scrubbed()
    {
        await EarlierSchema.MakeAsync(_lab.Source, "0006");
        await _lab.ExecuteAsync(
            """
            insert into zigong.rejections (dataset, file_hash, file_name, line, field, reason, value)
            values ('d', 'hash', 'f.csv', 2, '', '3 columns instead of 6', 'KD-100001;L1;2024'), ('d', 'hash', 'f.csv', 3, 'income', 'not a number', 'plenty');
            insert into zigong.uploads (upload_id, dataset, descriptor, file_name, artifact, bytes, state, error, uploaded_by)
            values (gen_random_uuid(), 'd', '', 'f.csv', 'a', 1, 'Failed', 'f.csv, line 1: the header lacks ''x''. Found 2 columns: ''KD-100001'', ''L1''.', 'me')
            """);

        await PipelineDatabase.MigrateAsync(_lab.Source, default);

        (await _lab.CountAsync("select count(*) from zigong.rejections where value = ''")).ShouldBe(2);
        await ShowsNobodyAsync();
    }

    private async Task ShowsNobodyAsync()
    {
        var stored = string.Concat(await EverythingStored.RowsAsync(_lab.Source));
        Enumerable.Range(0, 1000).Where(n => stored.Contains(Client(n), StringComparison.OrdinalIgnoreCase) || stored.Contains(Loan(n), StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();
        stored.ShouldNotContain("KD-");
    }

    private static string Client(int n) => $"KD-{100_000 + (n * 37)}";

    private static string Loan(int n) => $"V{7_000_000 + (n * 11)}";

    private static byte[] Good(int n) => Line($"{Client(n)};{Loan(n)};2024-01-15;1000;a;{n % 2}");

    /// <summary>A borrower's row with one of the faults that rows have.</summary>
    private static IEnumerable<byte> Faulty(int n)
    {
        var (client, loan) = (Client(n), Loan(n));
        return (n % 18) switch
        {
            0 => Good(n),
            1 => Line($"{client};{loan};2024-01-15"),
            2 => Line($"{client};{loan};2024-01-15;1;a;0;{client}"),
            3 => Line($"\"{client};{loan};2024-01-15;1;a;0"),
            4 => Line($"{client};\"{loan};2024-01-15;1;a;0"),
            5 => Line($"{client};{loan};15.01.2024;1;a;0"),
            6 => Line($"{client};{loan};{client};1;a;0"),
            7 => Line($"{client};{loan};;1;a;0"),
            8 => Line($"{client};{loan};2024-01-15;plenty;a;0"),
            9 => Line($"{client};{loan};2024-01-15;{loan};a;0"),
            10 => Line($"{client};{loan};2024-01-15;1;see {client};0"),
            11 => Line($"{client};{loan};2024-01-15;1;a;{client.ToLowerInvariant()}"),
            12 => Line($"{client};;2024-01-15;1;a;0"),
            13 => Line($";{loan};2024-01-15;1;a;0"),
            14 => Line($"{client};{loan};2024-01-15;1;a;0{new string('x', 300_000)}{client}"),
            15 => Line($"{client};{loan};\0;1;a;0"),

            // One column slipped: the id of somebody who is known from another row stands where an income should.
            16 => [.. Good(n), .. Line($"x;y;2024-01-15;{client};a;0")],
            _ => [.. Encoding.UTF8.GetBytes($"{client};{loan}"), 0xFC, .. Line(";2024-01-15;1;b\u00fc;0")],
        };
    }

    private static byte[] Line(string text) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text}\n"));
}
