using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest;
using ZiGong.Ingest.Sealing;
using ZiGong.Ingest.Uploads;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Files into the database: idempotent, corrected, refused, interrupted.</summary>
[Collection("light")]
public sealed class IngestTests : IAsyncLifetime
{
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task The_same_file_twice_adds_nothing()
    {
        var file = Borrowers.Write(_lab.Folder);
        var first = await _lab.IngestAsync(file);
        first.Added.ShouldBe(Borrowers.Lines.Count);
        var before = await TableAsync();

        var second = await _lab.IngestAsync(file);

        (second.Added, second.Unchanged, second.Superseded, second.Rejected).ShouldBe((0, Borrowers.Lines.Count, 0, 0));
        (await TableAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task An_upload_whose_rows_can_never_be_written_in_time_fails_and_says_why()
    {
        await using var hurried = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_lab.Options.Database) { CommandTimeout = 1 }.ConnectionString);
        await using var db = _lab.NewContext();
        var upload = new UploadRow
        {
            UploadId = new Guid(1, 2, 3, new byte[8]),
            Dataset = Borrowers.Dataset,
            Descriptor = Borrowers.Descriptor,
            FileName = "borrowers.csv",
            Artifact = await _lab.Artifacts.PutAsync(await File.ReadAllBytesAsync(Borrowers.Write(_lab.Folder)), default),
            UploadedAt = TimeProvider.System.GetUtcNow(),
            NextOrderAt = TimeProvider.System.GetUtcNow(),
        };
        db.Uploads.Add(upload);
        await db.SaveChangesAsync();
        var ingestion = new UploadIngestion(hurried, _lab.Artifacts, _lab.Options, TimeProvider.System, NullLogger<UploadIngestion>.Instance);

        await using (var connection = await _lab.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("lock table zigong.samples in exclusive mode", connection, transaction);
            await hold.ExecuteNonQueryAsync();
            for (var attempt = 1; attempt <= _lab.Options.MaximumAttempts; attempt++)
            {
                await ingestion.RunAsync(upload.UploadId, default);
            }
        }

        await db.Entry(upload).ReloadAsync();
        (upload.State, upload.Attempts).ShouldBe((UploadState.Failed, _lab.Options.MaximumAttempts));
        upload.Error!.ShouldStartWith("the database answers, but did not finish the command of ");
        upload.Error!.ShouldNotContain("this step", Case.Sensitive, "nobody would know where to look");
    }

    [Fact]
    public async Task The_same_rows_under_another_name_add_nothing()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder));
        (await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "again.csv", Borrowers.Lines.Reverse()))).Added.ShouldBe(0);
    }

    [Fact]
    public async Task A_corrected_row_supersedes_the_one_it_corrects()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "first.csv", Borrowers.Lines.Take(3)));
        var corrected = Flip(Borrowers.Lines[1]);

        var summary = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "second.csv", [corrected]));

        (summary.Added, summary.Superseded).ShouldBe((1, 1));
        await using var db = _lab.NewContext();
        var newest = await db.Samples.OrderByDescending(s => s.Sequence).FirstAsync();
        var older = await db.Samples.SingleAsync(s => s.NaturalKey == newest.NaturalKey && s.SampleId != newest.SampleId);
        older.SupersededBy.ShouldBe(newest.SampleId);
        older.Answer.ShouldNotBe(newest.Answer);
        (await db.Samples.CountAsync(s => s.SupersededBy == null)).ShouldBe(3);
    }

    [Fact]
    public async Task Within_a_file_the_last_row_of_a_key_wins()
    {
        var summary = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "twice.csv", [Borrowers.Lines[0], Flip(Borrowers.Lines[0])]));
        (summary.Added, summary.Superseded).ShouldBe((2, 1));
        await using var db = _lab.NewContext();
        var answers = await db.Samples.OrderBy(s => s.Sequence).Select(s => new { s.Answer, Superseded = s.SupersededBy != null }).ToListAsync();
        answers.Select(a => a.Superseded).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_file_that_corrects_itself_says_the_same_the_second_time()
    {
        var file = Borrowers.Write(_lab.Folder, "twice.csv", [Borrowers.Lines[0], Flip(Borrowers.Lines[0])]);
        await _lab.IngestAsync(file);
        (await _lab.IngestAsync(file)).Added.ShouldBe(0);
        await using var db = _lab.NewContext();
        (await db.Samples.OrderBy(s => s.Sequence).Select(s => s.SupersededBy != null).ToListAsync()).ShouldBe([true, false]);
    }

    [Fact]
    public async Task A_correction_that_is_taken_back_gives_its_place_to_the_original()
    {
        var original = Borrowers.Write(_lab.Folder, "original.csv", [Borrowers.Lines[0]]);
        await _lab.IngestAsync(original);
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "corrected.csv", [Flip(Borrowers.Lines[0])]));

        var summary = await _lab.IngestAsync(original);

        (summary.Added, summary.Superseded).ShouldBe((0, 1));
        await using var db = _lab.NewContext();
        (await db.Samples.OrderBy(s => s.Sequence).Select(s => s.SupersededBy != null).ToListAsync()).ShouldBe([false, true]);
    }

    [Fact]
    public async Task A_row_that_is_there_twice_is_one_sample()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "doubled.csv", Borrowers.Lines.Take(5).Concat(Borrowers.Lines.Take(5))));
        (await _lab.CountAsync("select count(*) from zigong.samples")).ShouldBe(5);
    }

    [Fact]
    public async Task A_bad_row_is_recorded_once_with_line_field_and_reason()
    {
        var bad = Borrowers.Lines[1].Split(',');
        bad[5] = "plenty";
        var file = Borrowers.Write(_lab.Folder, "bad.csv", [Borrowers.Lines[0], string.Join(',', bad), Borrowers.Lines[2]]);

        (await _lab.IngestAsync(file)).Rejected.ShouldBe(1);
        await _lab.IngestAsync(file);

        await using var db = _lab.NewContext();
        var rejection = await db.Rejections.SingleAsync();
        (rejection.Line, rejection.Field, rejection.Value, rejection.FileName).ShouldBe((3L, "income", "plenty", "bad.csv"));
        rejection.Reason.ShouldNotBeEmpty();
        (await db.Samples.CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task An_ingestion_that_was_killed_and_is_repeated_gives_the_same_table()
    {
        // More rows than one batch, so that the first batch is committed when the end comes.
        var rows = Enumerable.Range(0, 10).SelectMany(copy => Borrowers.Lines.Select(l => $"C{copy}{l}")).ToList();
        rows.Count.ShouldBeGreaterThan(8192);
        var file = Borrowers.Write(_lab.Folder, "large.csv", rows);
        using (var process = CommandLineProcess.Start(_lab, "ingest", Borrowers.Dataset, file))
        {
            await _lab.UntilAsync(async db => process.HasExited || await db.Samples.AnyAsync() ? "" : null, "the first batch");
            process.Kill();
            await process.WaitForExitAsync();
        }

        await _lab.IngestAsync(file);

        await using var whole = await Lab.NewAsync();
        await whole.IngestAsync(file);
        (await TableAsync()).ShouldBe(await TableAsync(whole));
        (await _lab.CountAsync("select count(*) from zigong.samples")).ShouldBe(rows.Count);
    }

    [Fact]
    public async Task Subjects_keep_their_pool_and_nothing_stored_names_the_borrower()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder));
        (await _lab.CountAsync("select count(*) from zigong.subjects")).ShouldBe(240);
        (await _lab.CountAsync("select count(*) from zigong.samples where subject like '%B0000%' or natural_key like '%B0000%' or fields::text like '%B0000%'"))
            .ShouldBe(0);
        (await _lab.CountAsync("select count(distinct pool) from zigong.subjects")).ShouldBe(3);
    }

    [Fact]
    public async Task Shards_never_change_once_cut()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "first.csv", Borrowers.Lines.Take(400)));
        await ShardCutting.RunAsync(_lab.Source, Borrowers.Dataset, default);
        var cut = await ShardsAsync();
        await ShardCutting.RunAsync(_lab.Source, Borrowers.Dataset, default);
        (await ShardsAsync()).ShouldBe(cut);
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "second.csv", Borrowers.Lines.Skip(400)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ShardCutting.RunAsync(_lab.Source, Borrowers.Dataset, default)));

        (await ShardsAsync()).Take(cut.Count).ShouldBe(cut);
        (await _lab.CountAsync("select count(*) from zigong.samples where shard_id is null")).ShouldBe(0);
        (await _lab.CountAsync(
            "select count(*) from zigong.samples join zigong.subjects using (subject) join zigong.shards using (shard_id) where subjects.pool <> shards.pool"))
            .ShouldBe(0);
    }

    [Fact]
    public async Task A_lost_key_is_never_replaced_while_subjects_are_known()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder));
        File.Delete(_lab.Options.SubjectKeyFile);
        await SubjectKey.EnsureAsync(_lab.Options.SubjectKeyFile, _lab.Source, default);
        File.Exists(_lab.Options.SubjectKeyFile).ShouldBeFalse();
        (await Should.ThrowAsync<InputException>(() => _lab.IngestAsync(Borrowers.Write(_lab.Folder)))).Message.ShouldContain(_lab.Options.SubjectKeyFile);
    }

    [Fact]
    public async Task A_missing_file_is_named() =>
        (await Should.ThrowAsync<InputException>(() => _lab.IngestAsync("/nowhere/loans.csv"))).Message.ShouldBe("/nowhere/loans.csv: there is no such file");

    private static string Flip(string line) => line[..^1] + (line[^1] == '0' ? '1' : '0');

    private async Task<List<string>> ShardsAsync()
    {
        await using var db = _lab.NewContext();
        return await db.Shards.OrderBy(s => s.FirstSequence).Select(s => $"{s.ShardId} {s.Pool} {s.FirstSequence} {s.LastSequence} {s.Samples}").ToListAsync();
    }

    private Task<string> TableAsync() => TableAsync(_lab);

    private static async Task<string> TableAsync(Lab lab)
    {
        await using var command = lab.Source.CreateCommand(
            "select string_agg(concat_ws('|', sample_id, subject, natural_key, fields, answer, observed_at, label_known_at, superseded_by), "
            + "E'\\n' order by sequence) from zigong.samples");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
