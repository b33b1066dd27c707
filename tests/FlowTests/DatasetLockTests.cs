using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest.Files;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>A data set is changed by one at a time.</summary>
[Collection("light")]
public sealed class DatasetLockTests : IAsyncLifetime
{
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task Two_versions_of_a_table_at_once_never_mix()
    {
        // More than one batch each, so that they could take turns.
        var rows = Enumerable.Range(0, 10).SelectMany(copy => Borrowers.Lines.Select(line => $"C{copy}{line}")).ToList();
        var one = Borrowers.Write(_lab.Folder, "one.csv", rows.Select(row => row[..^1] + "0"));
        var two = Borrowers.Write(_lab.Folder, "two.csv", rows.Select(row => row[..^1] + "1"));

        await Task.WhenAll(Task.Run(() => _lab.IngestAsync(one)), Task.Run(() => _lab.IngestAsync(two)));

        await using var db = _lab.NewContext();
        (await db.Samples.Where(s => s.SupersededBy == null).GroupBy(s => s.Answer).Select(g => g.Count()).ToListAsync()).ShouldBe([rows.Count]);
    }

    [Fact]
    public async Task Who_has_to_wait_says_so_and_goes_on_when_the_other_is_done()
    {
        var seen = new List<IngestProgress>();
        Task<IngestSummary> waiting;
        await using (await DatasetLock.TakeAsync(_lab.Source, Borrowers.Dataset, () => { }, TimeProvider.System, default))
        {
            waiting = Ingestion().RunAsync(Borrowers.Parsed, Borrowers.Write(_lab.Folder), new Reports(seen), default);
            await _lab.UntilAsync(_ => Task.FromResult(seen.Count > 0 ? "" : null), "the note");
            seen.ShouldHaveSingleItem().Waiting.ShouldBeTrue();
            waiting.IsCompleted.ShouldBeFalse();
            (await _lab.CountAsync("select count(*) from zigong.samples")).ShouldBe(0);
        }

        (await waiting).Added.ShouldBe(Borrowers.Lines.Count);
    }

    [Fact]
    public async Task Who_waits_can_be_stopped_and_other_data_sets_go_on()
    {
        await using var held = await DatasetLock.TakeAsync(_lab.Source, Borrowers.Dataset, () => { }, TimeProvider.System, default);
        await using (var other = await DatasetLock.TryTakeAsync(_lab.Source, "another", default))
        {
            other.ShouldNotBeNull();
        }

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<OperationCanceledException>(() => Ingestion().RunAsync(Borrowers.Parsed, Borrowers.Write(_lab.Folder), null, stop.Token));
    }

    private FileIngestion Ingestion() => new(_lab.Source, SubjectHasher.FromFile(_lab.Options.SubjectKeyFile), TimeProvider.System);

    private sealed class Reports(List<IngestProgress> seen) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => seen.Add(value);
    }
}
