using System.Reflection;
using Shouldly;
using Xunit;
using ZiGong.Pipeline;

namespace ZiGong.UnitTests.Pipeline;

/// <summary>Lineage says which code made a model.</summary>
public sealed class CodeVersionsTests
{
    private static readonly IReadOnlyList<(string Name, int Version)> Stages =
        [.. typeof(CodeVersions).GetFields().Where(f => f is { IsLiteral: true } && f.FieldType == typeof(int))
            .Select(f => (f.Name.ToLowerInvariant(), (int)f.GetRawConstantValue()!))];

    [Fact]
    public void Every_stage_is_named_with_its_version()
    {
        Stages.Count.ShouldBe(12);
        foreach (var (name, version) in Stages)
        {
            CodeVersions.Made.ShouldContain($"{name} {version}");
        }
    }

    [Fact]
    public void The_commit_built_from_is_named() => CodeVersions.Made.ShouldMatch(@"^0\.1\.0: .*; commit ([0-9a-f]{12}|unknown)$");

    [Theory]
    [InlineData("0.1.0+52629f126c1d4cbb0d7ef61a2ce10ac88b3c6f9b", "52629f126c1d")]
    [InlineData("0.1.0+abc", "abc")]
    [InlineData("0.1.0+", "unknown")]
    [InlineData("0.1.0", "unknown")]
    [InlineData(null, "unknown")]
    public void A_build_outside_git_says_that_its_commit_is_unknown(string? informationalVersion, string commit) =>
        CodeVersions.CommitOf(informationalVersion).ShouldBe(commit);

    [Fact]
    public void The_release_is_that_of_the_assemblies() =>
        typeof(CodeVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]
            .ShouldBe(CodeVersions.Product);

    [Fact]
    public void Experiments_ask_for_the_stages_of_their_runs_alone() =>
        CodeVersions.Whole.ShouldBe($"0.1.0+{string.Join('.', Stages.Where(s => s.Name is not ("pieces" or "fidelity")).Select(s => s.Version))}");

    [Fact]
    public void A_run_of_another_commit_with_the_same_stages_is_of_this_code()
    {
        CodeVersions.AreOf(CodeVersions.Made).ShouldBeTrue();
        CodeVersions.AreOf($"{CodeVersions.Made[..CodeVersions.Made.IndexOf(';', StringComparison.Ordinal)]}; commit 0123456789ab").ShouldBeTrue();
        CodeVersions.AreOf(CodeVersions.Whole).ShouldBeTrue();
        CodeVersions.AreOf("0.1.0").ShouldBeFalse();
    }
}
