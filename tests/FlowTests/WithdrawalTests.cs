using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Api;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Ingest.Sealing;
using ZiGong.Models;
using ZiGong.Pipeline.Results;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>A file that should not have come is taken back, and with it nothing that another file has too.</summary>
[Collection("light")]
public sealed class WithdrawalTests : IAsyncLifetime
{
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_withdrawn_file_is_in_no_later_snapshot()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "good.csv", Borrowers.Lines.Where((_, i) => i % 4 > 0)));
        var wrong = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "wrong.csv", Borrowers.Lines.Where((_, i) => i % 4 == 0)));
        var before = await SealAsync();

        var dry = await WithdrawAsync(wrong.FileId, dryRun: true);
        (await StandingAsync()).ShouldBe(Borrowers.Lines.Count, "a dry run changes nothing");
        var done = await WithdrawAsync(wrong.FileId);

        (done with { DryRun = true }).ShouldBe(dry);
        (done.Samples, done.Withdrawn, done.Kept, done.Restored).ShouldBe((wrong.Added, wrong.Added, 0, 0));
        var after = await SealAsync();
        (after.Training + after.Reference + after.Test).ShouldBeLessThan(before.Training + before.Reference + before.Test);
        (await MembersAsync(after)).ShouldBe(Borrowers.Lines.Count - wrong.Added);
        (await MembersAsync(before)).ShouldBe(Borrowers.Lines.Count, "what was sealed stays");
        await using var db = _lab.NewContext();
        var audit = await db.Audit.SingleAsync();
        (audit.Actor, audit.Action, audit.Target).ShouldBe(("tester", "withdraw", $"file {wrong.FileId}"));
        JsonDocument.Parse(audit.Details).RootElement.GetProperty("Withdrawn").GetInt64().ShouldBe(wrong.Added);
        (await Should.ThrowAsync<InputException>(() => WithdrawAsync(wrong.FileId))).Message.ShouldContain("is withdrawn already");
    }

    [Fact]
    public async Task What_another_file_has_too_stays_whichever_came_first()
    {
        var first = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "first.csv", Borrowers.Lines.Take(30)));
        var second = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "second.csv", Borrowers.Lines.Skip(20).Take(30)));
        (second.Added, second.Unchanged).ShouldBe((20, 10));

        var one = await WithdrawAsync(first.FileId);

        (one.Samples, one.Withdrawn, one.Kept).ShouldBe((30, 20, 10));
        (await StandingAsync()).ShouldBe(30);
        var other = await WithdrawAsync(second.FileId);
        (other.Withdrawn, other.Kept).ShouldBe((30, 0));
        (await StandingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_withdrawn_file_had_corrected_counts_again()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "first.csv", Borrowers.Lines.Take(5)));
        var flipped = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "second.csv", Borrowers.Lines.Take(3).Select(Flip)));
        flipped.Superseded.ShouldBe(3);
        var before = await AnswersAsync();

        var done = await WithdrawAsync(flipped.FileId);

        (done.Withdrawn, done.Restored).ShouldBe((3, 3));
        var after = await AnswersAsync();
        after.Count.ShouldBe(5);
        after.Zip(before).Count(pair => pair.First != pair.Second).ShouldBe(3);
    }

    [Fact]
    public async Task A_correction_that_was_taken_back_stands_when_the_file_that_took_it_back_goes()
    {
        var rows = Borrowers.Lines.Take(1).ToList();
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "original.csv", rows));
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "corrected.csv", rows.Select(Flip)));
        var corrected = await AnswersAsync();
        var back = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "back.csv", [.. rows, .. Borrowers.Lines.Skip(1).Take(1)]));
        (await AnswersAsync()).ShouldNotBe(corrected);

        await WithdrawAsync(back.FileId);

        (await AnswersAsync()).ShouldBe(corrected);
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "others.csv", Borrowers.Lines.Skip(2).Take(3).Concat(rows.Select(Flip))));
        (await AnswersAsync()).ShouldContain(corrected[0], "and later files find it standing");
    }

    [Fact]
    public async Task A_withdrawn_file_that_is_taken_in_again_counts_again()
    {
        var file = Borrowers.Write(_lab.Folder, "again.csv", Borrowers.Lines.Take(40));
        var first = await _lab.IngestAsync(file);
        await WithdrawAsync(first.FileId);
        (await StandingAsync()).ShouldBe(0);

        var again = await _lab.IngestAsync(file);

        (again.FileId, again.Added, again.Unchanged).ShouldBe((first.FileId, 0, 40));
        (await StandingAsync()).ShouldBe(40);
    }

    [Fact]
    public async Task Samples_of_an_earlier_version_are_withdrawn_after_their_file_came_again()
    {
        var file = Borrowers.Write(_lab.Folder, "earlier.csv", Borrowers.Lines.Take(20));
        await _lab.IngestAsync(file);
        await _lab.ExecuteAsync("delete from zigong.file_samples; delete from zigong.files");
        var newer = await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "newer.csv", Borrowers.Lines.Skip(15).Take(10)));
        (await WithdrawAsync(newer.FileId)).Withdrawn.ShouldBe(10, "of samples without any file the one that names them speaks");

        (await WithdrawAsync((await _lab.IngestAsync(file)).FileId)).Withdrawn.ShouldBe(20);
        (await StandingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_command_finds_a_file_by_its_content_and_says_what_came_under_its_name()
    {
        var file = Borrowers.Write(_lab.Folder, "wrong.csv", Borrowers.Lines.Take(10));
        CommandLineProcess.Run(_lab, "ingest", Borrowers.Dataset, file).ExitCode.ShouldBe(0);

        var dry = CommandLineProcess.Run(_lab, "withdraw", file, "--dry-run");
        dry.Output.ShouldContain("gave 10 samples. Would be withdrawn: 10");
        Borrowers.Write(_lab.Folder, "wrong.csv", Borrowers.Lines.Take(9));
        var changed = CommandLineProcess.Run(_lab, "withdraw", file);
        changed.ExitCode.ShouldBe(2);
        changed.Errors.ShouldContain("Under this name came file 1 of simulated");
        CommandLineProcess.Run(_lab, "withdraw").ExitCode.ShouldBe(2);

        var done = CommandLineProcess.Run(_lab, "withdraw", "--id", "1", "--json");
        done.ExitCode.ShouldBe(0, done.Errors);
        JsonDocument.Parse(done.Output).RootElement.GetProperty("withdrawn").GetInt64().ShouldBe(10);
        (await StandingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_upload_is_withdrawn_over_the_api_by_operators_alone()
    {
        await using var host = await ApiHost.StartAsync(_lab);
        using var client = host.Client();
        var table = string.Join('\n', [Borrowers.Header, .. Borrowers.Lines.Take(30), ""]);
        await client.PutAsync("/v1/uploads?dataset=simulated&name=a.csv", new StringContent(table)).JsonAsync();
        var upload = await _lab.UntilAsync(async db => await db.Uploads.SingleAsync() is { State: UploadState.Ingested } u ? u : null, "the ingestion");
        var address = $"/v1/uploads/{upload.UploadId}/withdraw";

        using var viewer = host.Client(ApiHost.Viewer);
        (await viewer.PostObjectAsync(address, new { }).AnswerAsync()).Status.ShouldBe(403);
        (await client.PostObjectAsync($"/v1/uploads/{Guid.Empty}/withdraw", new { }).AnswerAsync()).Status.ShouldBe(404);
        (await client.PostObjectAsync($"{address}?dryRun=true", new { }).JsonAsync()).GetProperty("withdrawn").GetInt64().ShouldBe(30);
        (await StandingAsync()).ShouldBe(30);
        (await client.PostObjectAsync(address, new { }).JsonAsync()).GetProperty("withdrawn").GetInt64().ShouldBe(30);
        (await StandingAsync()).ShouldBe(0);
        var again = await client.PostObjectAsync(address, new { }).AnswerAsync();
        (again.Status, again.Body.Contains("is withdrawn already", StringComparison.Ordinal)).ShouldBe((400, true));
        await using var db = _lab.NewContext();
        (await db.Audit.Where(a => a.Action == "withdraw").Select(a => a.Actor).SingleAsync()).ShouldBe("api:boss");
    }

    private static string Flip(string line) => line[..^1] + (line[^1] == '0' ? '1' : '0');

    private Task<WithdrawSummary> WithdrawAsync(long file, bool dryRun = false) =>
        new Withdrawals(_lab.Source, TimeProvider.System).RunAsync(file, dryRun, "tester", () => { }, default);

    private Task<long> StandingAsync() => _lab.CountAsync("select count(*) from zigong.samples where superseded_by is null and withdrawn_at is null");

    private async Task<List<string>> AnswersAsync()
    {
        await using var db = _lab.NewContext();
        var standing = db.Samples.Where(s => s.SupersededBy == null && s.WithdrawnAt == null);
        return await standing.OrderBy(s => s.NaturalKey).Select(s => s.NaturalKey + s.Answer).ToListAsync();
    }

    private Task<long> MembersAsync(SnapshotRow snapshot) =>
        _lab.CountAsync($"select count(*) from zigong.snapshot_members where snapshot_id = '{snapshot.SnapshotId}'");

    private async Task<SnapshotRow> SealAsync()
    {
        using var folders = new BaseFolders(memory: null);
        using var encoders = new Encoders(_lab.Artifacts, folders);
        return await new SnapshotSealing(_lab.Source, _lab.Artifacts, new StoredResults(_lab.Artifacts), encoders)
            .SealAsync(Borrowers.Descriptor, Lab.Small.Snapshot, default);
    }
}
