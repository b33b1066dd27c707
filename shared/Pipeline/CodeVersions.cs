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

    /// <summary>Product and stages together: experiments look for finished arms of exactly this code.</summary>
    public static string Whole => $"{Product}+{string.Join('.', StageCatalogue.All.Where(s => s.Version > 0).Select(s => s.Version))}";

    public const int Encoding = 1;
    public const int Agent = 2;
    public const int Gradients = 2;
    public const int Reference = 2;
    public const int Partials = 2;
    public const int Selection = 1;
    public const int Dataset = 1;
    public const int Tuning = 2;
    public const int Evaluation = 6;
}
