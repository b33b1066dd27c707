using Shouldly;
using Xunit;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Cli;

public sealed class LauncherTests
{
    public static TheoryData<string> Scripts =>
        ["zigong", ".ci/run", .. Directory.GetFiles(Path.Combine(Checkout.Root, "infra"), "*.sh", SearchOption.AllDirectories)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_script_is_valid_bash(string script)
    {
        var result = Shell.Try("bash", ["-n", Path.Combine(Checkout.Root, script)]);

        result.Errors.ShouldBeEmpty();
        result.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("zigong")]
    [InlineData(".ci/run")]
    [InlineData("infra/local/postgres.sh")]
    [InlineData("infra/local/rabbitmq.sh")]
    [InlineData("infra/rabbitmq/definitions.sh")]
    [InlineData("infra/secrets.sh")]
    public void Scripts_that_are_called_are_executable(string script) =>
        File.GetUnixFileMode(Path.Combine(Checkout.Root, script)).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();

    [Theory]
    [InlineData("postgres.sh", "dance")]
    [InlineData("rabbitmq.sh", "dance")]
    public void An_unknown_word_is_refused_and_nothing_is_created(string script, string word)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"zigong-{Guid.CreateVersion7():N}");

        var result = Shell.Try(Path.Combine(Checkout.Root, "infra", "local", script), [word, folder]);

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain($"unknown word {word}");
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--seed", "-1")]
    [InlineData("--seed", "12345678901234567890")]
    [InlineData("--seed", "x")]
    [InlineData("--rounds", "0")]
    [InlineData("--first", "12345678")]
    public void A_torture_takes_no_number_that_it_could_not_use(string option, string value)
    {
        var result = Shell.Try(Path.Combine(Checkout.Root, "zigong"), ["torture", option, value]);

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("rounds and first round are whole numbers of at most six digits, the seed one of at most 19");
    }

    [Fact]
    public void What_does_not_build_counts_as_failed_and_says_so()
    {
        var state = Directory.CreateTempSubdirectory("zigong-broken-").FullName;
        // The launcher's word alone, with a build that fails; what comes before it would install packages.
        const string Script = """
            set -euo pipefail
            root=$1 state=$2 build_log=$2/build.log
            . "$1/infra/local/build.sh"
            fail() { echo "zigong: $*" >&2; exit 1; }
            prepare_state() { :; }; find_missing_packages() { :; }; install_missing_packages() { :; }
            build_everything() { echo "a.cs(1,2): error CS0001: wrong [a.csproj]" >"$build_log"; return 1; }
            set -- test
            eval "$(sed -n '/^case ${1:-} in/,/^        ;;/p' "$root/zigong") esac"
            """;

        var result = Shell.Try("bash", ["-c", Script, "-", Checkout.Root, state]);

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBe("0 passed, 1 failed, 0 skipped\n");
        result.Errors.ShouldContain("error CS0001: wrong");
        result.Errors.ShouldContain("the build failed");
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public void The_source_stamp_changes_with_the_sources_and_the_libtorch_only()
    {
        var root = Directory.CreateTempSubdirectory("zigong-stamp-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "services", "bin"));
        Directory.CreateDirectory(Path.Combine(root, "shared"));
        Directory.CreateDirectory(Path.Combine(root, "infra", "TorchLibrary"));
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "global.json", "services/a.cs" })
        {
            File.WriteAllText(Path.Combine(root, file), "1");
        }

        string Stamp(string libtorch = "") => Shell.Run(
            "bash", ["-c", """export LIBTORCH=$3; root=$2; . "$1/infra/local/build.sh"; source_stamp""", "-", Checkout.Root, root, libtorch]);

        var before = Stamp();
        File.WriteAllText(Path.Combine(root, "services", "bin", "built.dll"), "x");
        Stamp().ShouldBe(before, "what a build writes is not a source");
        File.WriteAllText(Path.Combine(root, "services", "a.cs"), "22");
        Stamp().ShouldNotBe(before);
        var withDebians = Stamp();
        Stamp("/opt/libtorch").ShouldNotBe(withDebians, "another libtorch needs another build");
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void A_cluster_whose_checkout_is_not_there_is_named_and_stays()
    {
        var clusters = Directory.CreateTempSubdirectory("zigong-clusters-").FullName;
        var state = Directory.CreateDirectory(Path.Combine(clusters, "checkout", ".zigong")).FullName;
        File.WriteAllText(Path.Combine(state, "id"), "aaaa");
        foreach (var (id, checkout) in new[] { ("aaaa", state), ("bbbb", "/not/mounted/.zigong") })
        {
            var cluster = Directory.CreateDirectory(Path.Combine(clusters, $"zigong-{id}")).FullName;
            File.WriteAllText(Path.Combine(cluster, "checkout"), checkout + "\n");
        }

        // The launcher's function alone: what comes after it would build and start a server.
        const string Script = """set -euo pipefail; step() { echo "$*"; }; eval "$(sed -n '/^name_orphans() {/,/^}/p' "$1/zigong")"; name_orphans "$2" """;
        var said = Shell.Run("bash", ["-c", Script, "-", Checkout.Root, clusters]).Trim();

        var lost = Path.Combine(clusters, "zigong-bbbb");
        said.ShouldBe($"{lost} belonged to /not/mounted/.zigong, which is not there; remove it with infra/local/postgres.sh remove {lost}");
        Directory.Exists(lost).ShouldBeTrue();
        Directory.Delete(clusters, recursive: true);
    }

    [Fact]
    public void A_cluster_whose_owner_has_another_number_by_now_is_named_with_the_command_that_mends_it()
    {
        var folder = Directory.CreateTempSubdirectory("zigong-owner-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        var programs = Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName;
        foreach (var (program, script) in new[] { ("stat", "echo 4242"), ("initdb", "exit 9"), ("pg_isready", "exit 2") })
        {
            var file = Path.Combine(programs, program);
            File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var started = Shell.Try(
            Path.Combine(Checkout.Root, "infra", "local", "postgres.sh"), ["start", folder],
            new Dictionary<string, string> { ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}" });

        started.ExitCode.ShouldBe(1);
        started.Errors.ShouldContain($"{folder} belongs to user number 4242");
        started.Errors.ShouldContain("chown -R");
        Directory.Exists(Path.Combine(folder, "sock")).ShouldBeFalse("nothing is touched");
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Control-1.pid", 0, 0, "dotnet built/ZiGong.Cli.dll local services stop STATE/services\nstopped\n")]
    [InlineData("supervisor.pid", 0, 0, "dotnet built/ZiGong.Cli.dll local services stop STATE/services\nstopped\n")]
    [InlineData("supervisor.pid", 1, 1, "")]
    [InlineData("Control-1.log", 1, 0, "stopped\n")]
    public void Services_whose_program_is_gone_are_stopped_by_one_that_is_built_or_not_called_stopped(string file, int build, int code, string said)
    {
        var state = Directory.CreateTempSubdirectory("zigong-gone-").FullName;
        Directory.CreateDirectory(Path.Combine(state, "services"));
        File.WriteAllText(Path.Combine(state, "services", "app"), "/gone/app\n");
        File.WriteAllText(Path.Combine(state, "services", file), "1\n");
        // The launcher's functions alone, with a build that does nothing.
        const string Script = """
            set -euo pipefail
            state=$2 build=$3
            step() { echo "$*"; }; prepare_state() { :; }; lock_checkout() { :; }; stop_database() { :; }; dotnet() { echo "dotnet $*"; }
            build_cli() { [ "$build" = 0 ] || exit "$build"; app=built; }
            for name in local_services build_program down; do eval "$(sed -n "/^$name() {/,/^}/p" "$1/zigong")"; done
            down
            """;

        var result = Shell.Try("bash", ["-c", Script, "-", Checkout.Root, state, $"{build}"]);

        result.ExitCode.ShouldBe(code, result.Errors);
        result.Output.Replace("the program that the services run from is gone\n", "", StringComparison.Ordinal)
            .Replace(state, "STATE", StringComparison.Ordinal).ShouldBe(said);
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public void A_missing_server_is_named_by_its_package()
    {
        const string Script =
            """. "$1/infra/local/packages.sh"; command() { return 1; }; compgen() { return 1; }; find_missing_packages database; echo "${missing[*]}" """;

        Shell.Run("bash", ["-c", Script, "-", Checkout.Root]).Trim().ShouldBe("postgresql");
    }

    [Fact]
    public void A_libtorch_that_is_given_is_found_in_a_PyTorch_installation_too_and_one_that_is_not_there_is_refused()
    {
        const string Script = """. "$1/infra/local/packages.sh"; fail() { echo "$*" >&2; exit 1; }; find_libtorch; echo "$LIBTORCH $LD_LIBRARY_PATH" """;
        var torch = Directory.CreateTempSubdirectory("zigong-libtorch-").FullName;
        Dictionary<string, string> given = new() { ["LIBTORCH"] = torch, ["LD_LIBRARY_PATH"] = "/else" };

        var refused = Shell.Try("bash", ["-c", Script, "-", Checkout.Root], given);
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain($"LIBTORCH is {torch}, but there is no libtorch_cpu.so in it");

        var library = Directory.CreateDirectory(Path.Combine(torch, "lib")).FullName;
        File.WriteAllText(Path.Combine(library, "libtorch_cpu.so"), "");
        Shell.Try("bash", ["-c", Script, "-", Checkout.Root], given).Output.Trim().ShouldBe($"{library} {library}:/else");
        Directory.Delete(torch, recursive: true);
    }
}
