using Xunit;
using ZiGong.Cli.Reports;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.Ingest.Files;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;

namespace ZiGong.ReportTests;

/// <summary>
/// xunit fixture: a real small run on simulated borrowers whose table has a column full of mischief: markup of HTML and Markdown as a
/// value of a feature, of a protected field and thereby of a group in plots.
/// </summary>
public sealed class ReportedRun : IAsyncLifetime
{
    /// <summary>Stands in every row, so that it is in every sample that a report shows.</summary>
    public const string Mischief =
        "<script>document.title='pwned'</script> \"quoted\" 'single' | *bold* _low_ `tick` ```` # [link](javascript:alert(1)) </pre> &amp; {{this}}";

    private Lab? _lab;
    private Guid _run;

    internal Lab Lab => _lab ?? throw new InvalidOperationException("the run has not been made");

    public RunFacts Facts { get; private set; } = null!;

    public string Html { get; private set; } = "";

    public string Markdown { get; private set; } = "";

    /// <summary>The page as a file.</summary>
    public string File { get; private set; } = "";

    public static string Descriptor { get; } = Borrowers.Descriptor.Replace(
        "  - {name: employment,", "  - {name: remark, label: 'Remark <b>of</b> the *clerk*', kind: categorical, protected: true}\n  - {name: employment,",
        StringComparison.Ordinal);

    public async Task InitializeAsync()
    {
        var lab = _lab = await Lab.NewAsync();
        var table = Path.Combine(lab.Folder, "borrowers.csv");
        var cell = $"\"{Mischief.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await System.IO.File.WriteAllLinesAsync(table, [$"{Borrowers.Header},remark", .. Borrowers.Lines.Select(l => $"{l},{cell}")]);
        var ingestion = new FileIngestion(lab.Source, SubjectHasher.FromFile(lab.Options.SubjectKeyFile), TimeProvider.System);
        await ingestion.RunAsync(DescriptorFile.Parse(Descriptor, "test"), table, null, default);
        await using (var host = await lab.StartAsync())
        {
            _run = await lab.RequestAsync(host, descriptor: Descriptor);
            await lab.EndAsync(_run);
        }

        Facts = await ReadAsync();
        (Html, Markdown) = (HtmlReport.Write(RunReport.Of(Facts)), MarkdownReport.Write(RunReport.Of(Facts)));
        File = Path.Combine(lab.Folder, "report.html");
        await System.IO.File.WriteAllTextAsync(File, Html);
    }

    /// <summary>Everything read again from the database.</summary>
    public async Task<RunFacts> ReadAsync()
    {
        await using var db = _lab!.NewContext();
        return await new RunFactsReader(db, _lab.Artifacts).ReadAsync((await db.Runs.FindAsync(_run))!, default);
    }

    public async Task DisposeAsync()
    {
        if (_lab is not null)
        {
            await _lab.DisposeAsync();
        }
    }
}

[CollectionDefinition("reports")]
public sealed class Reports : ICollectionFixture<ReportedRun>, ICollectionFixture<Browser>;
