using System.Reflection;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Stages;

namespace ZiGong.Pipeline;

/// <summary>
/// Versions of what each stage computes, part of the keys of its results. Raise one when the stage gives other bytes for the
/// same input; golden-output tests fail until that is done.
/// </summary>
public static class CodeVersions
{
    public const string Product = Hosting.Product.Version;

    /// <summary>Product and stages of experiments' runs together: experiments look for finished arms of exactly this code.</summary>
    public static string Whole => $"{Product}+{string.Join('.', StageCatalogue.Of(RunKind.Experiment).Where(s => s.Version > 0).Select(s => s.Version))}";

    /// <summary>What a run is noted to be made by, for its lineage: the stages with their versions, then the commit built from.</summary>
    public static string Made { get; } =
        $"{Stages}; commit {CommitOf(typeof(CodeVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)}";

    private static string Stages =>
        $"{Product}: encoding {Encoding}, agent {Agent}, gradients {Gradients}, reference {Reference}, partials {Partials}, scores {Scores}, "
        + $"selection {Selection}, dataset {Dataset}, "
        + $"tuning {Tuning}, evaluation {Evaluation}, pieces {Pieces}, fidelity {Fidelity}";

    /// <summary>Whether a run noted as made by <paramref name="made"/> has the stages of this code, whatever the commit.</summary>
    public static bool AreOf(string made) => made == Whole || made.StartsWith($"{Stages}; ", StringComparison.Ordinal);

    /// <summary>The commit behind the plus of an assembly's informational version, shortened; <c>unknown</c> of a build outside git.</summary>
    public static string CommitOf(string? informationalVersion) => informationalVersion?.Split('+', 2) is [_, { Length: > 0 } revision]
        ? revision[..Math.Min(12, revision.Length)]
        : "unknown";

    public const int Encoding = 1;
    public const int Agent = 3;
    public const int Gradients = 3;
    public const int Reference = 3;
    public const int Partials = 3;
    public const int Scores = 1;
    public const int Selection = 1;
    public const int Dataset = 2;
    public const int Tuning = 3;
    public const int Evaluation = 6;

    /// <summary>Of pieces of fidelity runs, beside what they are made with.</summary>
    public const int Pieces = 2;

    /// <summary>Of the figures that are computed from them.</summary>
    public const int Fidelity = 1;
}
