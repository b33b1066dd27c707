using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Ingest;
using ZiGong.Ingest.Files;
using ZiGong.Ingest.Sealing;
using ZiGong.Models;
using ZiGong.Pipeline.Results;
using ZiGong.Pipeline;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>With 100,000 samples in the database no query of ingestion, withdrawal or sealing reads through them all.</summary>
[Collection("light")]
public sealed class SampleIndexTests : IAsyncLifetime
{
    private Lab _lab = null!;

    public async Task InitializeAsync()
    {
        _lab = await Lab.NewAsync();
        await _lab.ExecuteAsync(
            """
            insert into zigong.subjects (subject, pool) select md5(n::text), n % 3 from generate_series(1, 20000) n;
            insert into zigong.shards (shard_id, dataset, pool, first_sequence, last_sequence, samples)
            select 's' || n, 'other' || n % 20, 0, 1, 1, 1 from generate_series(1, 100) n;
            insert into zigong.samples (sample_id, dataset, task, subject, natural_key, identity, fields, answer, arrived_at, shard_id)
            select md5('id' || n)::uuid, 'other' || n % 20, 'credit-default', md5((n % 20000 + 1)::text), md5('key' || n), 3, '{}', 'good', now(),
                's' || (n % 100 + 1)
            from generate_series(1, 100000) n;
            insert into zigong.rejections (dataset, file_hash, identity, file_name, line, field, reason, value)
            select 'other' || n % 20, md5((n % 50)::text), 3, 'f.csv', n, '', '', '' from generate_series(1, 20000) n;
            insert into zigong.files (dataset, file_hash, file_name) select 'other' || n % 20, md5(n::text), 'f.csv' from generate_series(1, 5000) n;
            insert into zigong.file_samples select file_id, 0, array[gen_random_uuid()] from zigong.files;
            insert into zigong.snapshots
            select 'snapshot' || n, 'other' || n % 20, '', 0, 0, '[]', false, '', '{}', '{}', 1, 1, 1, '[]' from generate_series(1, 5000) n;
            insert into zigong.runs (run_id, kind, dataset, descriptor, snapshot_id, options, status, code_version)
            select gen_random_uuid(), 'full', 'other', '', 'snapshot' || n, '{}', 'Completed', '' from generate_series(1, 5000) n;
            analyze
            """);
    }

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task Ingestion_withdrawal_and_sealing_look_nothing_up_without_an_index()
    {
        var plans = new QueryPlans();
        await using var source = plans.Open(_lab.Options.Database);
        var hasher = await SubjectKey.OpenAsync(_lab.Options.SubjectKeyFile, source, default);
        var ingestion = new FileIngestion(source, hasher, TimeProvider.System);
        await ingestion.RunAsync(Borrowers.Parsed, Borrowers.Write(_lab.Folder), null, default);
        string[] more = [.. Borrowers.Lines.Take(9).Select(l => l[..^1] + "x"), .. Borrowers.Lines.Take(99).Select(Flip)];
        var corrections = await ingestion.RunAsync(Borrowers.Parsed, Borrowers.Write(_lab.Folder, "more.csv", more), null, default);
        (corrections.Rejected, corrections.Superseded).ShouldBe((9, 99));
        await new Withdrawals(source, TimeProvider.System).RunAsync(corrections.FileId, dryRun: false, "tester", () => { }, default);
        using var folders = new BaseFolders(memory: null);
        using var encoders = new Encoders(_lab.Artifacts, folders);
        await new SnapshotSealing(source, _lab.Artifacts, new StoredResults(_lab.Artifacts), encoders)
            .SealAsync(Borrowers.Descriptor, Lab.Small.Snapshot, default);

        plans.Taken.Count.ShouldBeGreaterThan(15);
        plans.Taken.ShouldContain(plan => plan.Contains("samples_by_natural_key"));
        plans.Taken.ShouldContain(plan => plan.Contains("samples_uncut"));
        plans.Taken.Where(plan => Large.Any(table => plan.Contains($"Seq Scan on {table}", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("select * from zigong.samples where subject = md5('7')", "samples_by_subject")]
    [InlineData(
        "select encoding from zigong.snapshots s where dataset = 'other7' and exists (select 1 from zigong.runs r where r.snapshot_id = s.snapshot_id "
        + "and r.kind <> 'experiment') order by sealed_at desc limit 1",
        "snapshots_by_dataset")]
    [InlineData("select 1 from zigong.runs where snapshot_id = 'snapshot7'", "runs_by_snapshot")]
    [InlineData("select file_id from zigong.files where file_hash = md5('7')", "files_by_hash")]
    [InlineData("select exists (select 1 from zigong.samples where identity = 0)", "samples_to_be_keyed")]
    [InlineData("select exists (select 1 from zigong.samples where dataset = 'other7' and identity < 3)", "samples_of_before")]
    public async Task A_look_that_repeats_has_an_index_that_fits(string sql, string index)
    {
        await using var explain = _lab.Source.CreateCommand("explain " + sql);
        await using var rows = await explain.ExecuteReaderAsync();
        var plan = "";
        while (await rows.ReadAsync())
        {
            plan += rows.GetString(0) + "\n";
        }

        plan.ShouldContain(index);
    }

    private static readonly string[] Large = ["samples", "rejections", "files", "file_samples", "subjects", "snapshots", "runs"];

    private static string Flip(string line) => line[..^1] + (line[^1] == '0' ? '1' : '0');
}
