using Shouldly;
using Xunit;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Ingest;
using ZiGong.Ingest.Files;

namespace ZiGong.FlowTests;

/// <summary>One database, one key: with a second one a borrower would be two subjects.</summary>
[Collection("light")]
public sealed class SubjectKeyTests : IAsyncLifetime
{
    private const string Refusal = "is not the one that this database was filled with";
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task The_first_use_of_a_key_notes_its_fingerprint_and_nothing_of_the_key()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder));
        await using var db = _lab.NewContext();
        var noted = db.SubjectKey.Single().Fingerprint;
        noted.ShouldBe(SubjectHasher.FromFile(_lab.Options.SubjectKeyFile).Fingerprint);
        noted.Length.ShouldBe(32);
    }

    [Fact]
    public async Task A_file_is_not_taken_in_with_another_key()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "first.csv", Borrowers.Lines.Take(50)));
        var other = new FileIngestion(_lab.Source, new SubjectHasher("quite another key of the lender"u8), TimeProvider.System);

        var file = Borrowers.Write(_lab.Folder, "second.csv", Borrowers.Lines.Skip(50));
        (await Should.ThrowAsync<InputException>(() => other.RunAsync(Borrowers.Parsed, file, null, default))).Message.ShouldContain(Refusal);

        (await _lab.CountAsync("select count(*) from zigong.samples")).ShouldBe(50);
    }

    [Fact]
    public async Task A_host_a_service_and_a_command_with_another_key_stop_and_say_so()
    {
        var file = Borrowers.Write(_lab.Folder);
        await _lab.IngestAsync(file);
        await File.WriteAllBytesAsync(_lab.Options.SubjectKeyFile, new byte[32]);

        (await Should.ThrowAsync<InputException>(() => AllServices.StartAsync(_lab.Options, default))).Message.ShouldContain(Refusal);

        string[] settings = [$"--Pipeline:Database={_lab.Options.Database}", $"--Pipeline:SubjectKeyFile={_lab.Options.SubjectKeyFile}", $"--Pipeline:Artifacts={_lab.Options.Artifacts}"];
        (await PipelineHosting.RunServiceAsync(settings, p => p.AddIngest())).ShouldBe(2);

        var command = CommandLineProcess.Run(_lab, "ingest", Borrowers.Dataset, file);
        command.ExitCode.ShouldBe(2);
        command.Errors.ShouldContain(Refusal);
    }

    [Fact]
    public async Task A_lost_key_is_not_replaced_on_a_database_that_has_no_subject_any_more()
    {
        await _lab.IngestAsync(Borrowers.Write(_lab.Folder, "none.csv", []));
        (await _lab.CountAsync("select count(*) from zigong.subjects")).ShouldBe(0);
        File.Delete(_lab.Options.SubjectKeyFile);
        (await Should.ThrowAsync<InputException>(() => SubjectKey.OpenAsync(_lab.Options.SubjectKeyFile, _lab.Source, default))).Message.ShouldContain("Restore it");
    }

    [Fact]
    public async Task Hosts_that_start_together_on_an_empty_machine_agree_on_one_key()
    {
        var path = Path.Combine(_lab.Folder, "fresh", "subject.key");
        var hashers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SubjectKey.OpenAsync(path, _lab.Source, default))));
        hashers.Select(h => h.Fingerprint).Distinct().ShouldHaveSingleItem();
        Directory.EnumerateFiles(Path.GetDirectoryName(path)!).ShouldBe([path]);
    }
}
