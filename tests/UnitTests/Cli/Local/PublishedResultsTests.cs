using System.Text.RegularExpressions;
using Shouldly;
using Xunit;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Cli.Local;

/// <summary><c>zigong results</c> with a command line in zigong's place that answers at once.</summary>
public sealed class PublishedResultsTests : IDisposable
{
    private const string Zigong = """
        #!/usr/bin/env bash
        here=$(dirname "$0")
        case $1 in
            simulate) [ -f "$3" ] || printf 'key\n' >"$3" ;;
            experiment)
                echo "$*" >>"$here/calls"
                if [[ $* == *"$(cat "$here/broken" 2>/dev/null || echo never)"* ]]; then echo 'the disk is full' >&2; exit 1; fi
                if [[ $* == *"$(cat "$here/meanwhile" 2>/dev/null || echo never)"* ]]; then mkdir -p "$here/services" && echo 2 >"$here/services/a.cs"; fi
                if [ -f "$here/found" ]; then echo '12 of 12 runs were there already' >&2; fi
                echo "figures of $2 on $4" ;;
        esac
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("zigong-results-").FullName;

    public PublishedResultsTests()
    {
        const string Descriptor = "shared/Credit/Descriptors/catalog/simulated.yaml";
        Directory.CreateDirectory(Path.GetDirectoryName(At(Descriptor))!);
        File.Copy(Path.Combine(Checkout.Root, Descriptor), At(Descriptor));
        Directory.CreateDirectory(At("docs"));
        Directory.CreateDirectory(At("data/calm"));
        File.WriteAllText(At("data/calm/german.data"), "A11 6\n");
        File.WriteAllText(At("zigong"), Zigong + "\n");
        File.SetUnixFileMode(At("zigong"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Git("init", "-q");
        Commit();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_index_names_every_table_and_the_page_of_its_data_set_has_it_once()
    {
        var (code, calls) = Measure();

        code.ShouldBe(0);
        var index = File.ReadAllText(At("docs/results.md"));
        index.ShouldContain("[findings.md](findings.md)");
        index.ShouldMatch(
            @"\| german \| \[baseline]\(results/german\.md#baseline\), \[fairness]\(results/german\.md#fairness\), "
            + @"\[fidelity]\(results/german\.md#fidelity\) \| \d+ \|",
            "the last column has seconds, which are not 0 on a busy machine");
        index.ShouldContain("| polish | [baseline](results/polish.md#baseline) (not measured) | 0 |");
        index.ShouldNotContain("figures of");
        Directory.GetFiles(At("docs/results")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(
            ["australian.md", "german.md", "lending-club.md", "polish.md",
             "simulated-mislabelled.md", "simulated.md", "uci-default-panel.md", "uci-default.md"]);
        var german = Page("german");
        german.ShouldStartWith("# german\n");
        Regex.Count(german, "^## ", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).ShouldBe(3);
        Regex.Count(german, "^figures of baseline on german$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).ShouldBe(1);
        Page("simulated").ShouldContain(
            "## fidelity\n\n```\n./zigong experiment fidelity --dataset simulated simulated.csv --measure lds --measure flips\n```\n");
        Page("simulated").ShouldContain("figures of fidelity on simulated\n");
        Page("polish").ShouldContain("## baseline");
        Page("polish").ShouldContain("Not measured: the table was not there.");
        calls.ShouldContain(c => c.Contains("decay --dataset simulated", StringComparison.Ordinal));
        var mislabelled = $"--dataset {At("tables/simulated-mislabelled.yaml")} {At("tables/simulated-mislabelled.csv")}";
        calls.ShouldContain(c => c.Contains(mislabelled, StringComparison.Ordinal));
        File.ReadAllText(At("tables/simulated-mislabelled.yaml")).ShouldStartWith("name: simulated-mislabelled\n");
        calls.ShouldNotContain(c => c.Contains("polish", StringComparison.Ordinal));
    }

    [Fact]
    public void What_people_wrote_is_neither_copied_nor_touched()
    {
        Directory.CreateDirectory(At("docs/results"));
        File.WriteAllText(At("docs/findings.md"), "# What we found\n");
        File.WriteAllText(At("docs/results/fidelity.md"), "# Fidelity of the scores\n");

        Measure();

        File.ReadAllText(At("docs/results.md")).ShouldNotContain("# What we found");
        File.ReadAllText(At("docs/findings.md")).ShouldBe("# What we found\n");
        File.ReadAllText(At("docs/results/fidelity.md")).ShouldBe("# Fidelity of the scores\n");
    }

    [Fact]
    public void What_one_commit_has_finished_of_a_file_is_kept_and_of_another_file_or_commit_is_not()
    {
        Measure().Calls.ShouldNotBeEmpty();
        Measure().Calls.ShouldBeEmpty("the same commit and the same files");

        File.AppendAllText(At("data/calm/german.data"), "A12 48\n");
        var german = Measure().Calls;
        german.ShouldNotBeEmpty();
        german.ShouldAllBe(c => c.Contains("german", StringComparison.Ordinal));

        File.WriteAllText(At("data/calm/australian.dat"), "1 2\n");
        Measure().Calls.ShouldHaveSingleItem().ShouldContain("australian");
        File.Delete(At("data/calm/australian.dat"));
        Measure().Calls.ShouldBeEmpty();
        Page("australian").ShouldContain("Not measured", Case.Sensitive, "the table is gone");

        File.WriteAllText(At("services.txt"), "2");
        Commit();
        Measure().Calls.Length.ShouldBeGreaterThan(german.Length, "the code may be another");
    }

    [Fact]
    public void Code_that_is_in_no_commit_keeps_nothing()
    {
        File.AppendAllText(At("shared/Credit/Descriptors/catalog/simulated.yaml"), "# changed\n");
        var first = Measure().Calls;
        Measure().Calls.ShouldBe(first);
        File.ReadAllText(At("docs/results.md")).ShouldContain("with changes on");
    }

    [Fact]
    public void Code_that_changes_meanwhile_keeps_nothing()
    {
        File.WriteAllText(At("meanwhile"), "gamma --dataset");
        Measure();
        File.Delete(At("meanwhile"));
        Directory.Delete(At("services"), recursive: true);

        Measure().Calls.ShouldContain(c => c.Contains("gamma", StringComparison.Ordinal), "it was computed by nobody knows which code");
    }

    [Fact]
    public void Finding_everything_again_is_no_measuring()
    {
        Measure();
        var seconds = Directory.GetFiles(At("tables"), "german-fidelity-*.seconds.done").ShouldHaveSingleItem();
        File.WriteAllText(seconds, "413");
        File.WriteAllText(At("found"), "");
        File.WriteAllText(At("services.txt"), "2");
        Commit();

        Measure();

        Page("german").ShouldContain("This took 413 s");
        File.ReadAllText(At("docs/results.md")).ShouldContain("| 413 |");
    }

    [Fact]
    public void A_table_that_fails_says_why_and_the_others_are_measured()
    {
        File.WriteAllText(At("broken"), "gamma --dataset");

        var (code, calls) = Measure();

        code.ShouldBe(1);
        Page("simulated").ShouldContain("Not measured: the disk is full");
        File.ReadAllText(At("docs/results.md")).ShouldContain("[gamma](results/simulated.md#gamma) (not measured)");
        calls.Last().ShouldNotContain("gamma");
        File.Delete(At("broken"));
        Measure().Calls.ShouldHaveSingleItem().ShouldContain("gamma");
    }

    [Fact]
    public void Full_lifts_every_cap_and_says_so()
    {
        Directory.CreateDirectory(At("data/uci-default"));
        File.WriteAllText(At("data/uci-default/UCI_Credit_Card.csv"), "ID\n");
        File.WriteAllText(At("data/calm/polish_1year.arff"), "@data\n");
        var capped = Measure().Calls;
        capped.Single(c => c.Contains("--dataset polish", StringComparison.Ordinal))
            .ShouldEndWith("--set Snapshot:MaximumTraining=2000 --arms full random-50 top-50 plain-50 --md");
        capped.Single(c => c.Contains("--dataset uci-default-panel", StringComparison.Ordinal)).ShouldEndWith("--set Snapshot:MaximumTest=6000 --md");

        var calls = Measure("--full").Calls;

        calls.ShouldNotContain(c => c.Contains("Maximum", StringComparison.Ordinal));
        calls.Where(c => !c.Contains("fidelity", StringComparison.Ordinal)).ShouldAllBe(c => c.Contains("--full", StringComparison.Ordinal));
        File.ReadAllText(At("docs/results.md")).ShouldContain("All samples took part");
    }

    /// <summary>Whatever repository the tests run from, and however its owner has set git up.</summary>
    private Dictionary<string, string> OwnGit => new(StringComparer.Ordinal)
    {
        ["GIT_DIR"] = At(".git"), ["GIT_WORK_TREE"] = _root, ["GIT_INDEX_FILE"] = At(".git/index"),
        ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_SYSTEM"] = "/dev/null",
    };

    private string At(string path) => Path.Combine(_root, path);

    private string Page(string dataset) => File.ReadAllText(At($"docs/results/{dataset}.md"));

    private void Commit()
    {
        Git("add", "-A");
        Git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "t");
    }

    private void Git(params string[] words)
    {
        var result = Shell.Try("git", words, OwnGit, _root);
        result.ExitCode.ShouldBe(0, result.Errors);
    }

    /// <returns>Exit code, and the experiments that were asked for.</returns>
    private (int Code, string[] Calls) Measure(params string[] more)
    {
        File.Delete(At("calls"));
        var program = Path.Combine(AppContext.BaseDirectory, "ZiGong.Cli.dll");
        var result = Shell.Try("dotnet", [program, "local", "results", _root, At("data"), At("tables"), .. more], OwnGit, _root);
        return (result.ExitCode, File.Exists(At("calls")) ? File.ReadAllLines(At("calls")) : []);
    }
}
