using System.CommandLine;
using ZiGong.Influence.Fidelity;

namespace ZiGong.Cli.Experiments.Fidelity;

/// <summary>The words that set the numbers of a fidelity experiment.</summary>
internal sealed class SettingWords
{
    private static readonly FidelitySettings Defaults = new();
    private readonly Option<int> _seeds = Number("--seeds", nameof(FidelitySettings.Seeds), Defaults.Seeds);
    private readonly Option<int> _subsets = Number("--subsets", nameof(FidelitySettings.Subsets), Defaults.Subsets);
    private readonly Option<int> _steps = Number("--steps", nameof(FidelitySettings.Steps), Defaults.Steps);
    private readonly Option<int> _rows = Number("--rows", nameof(FidelitySettings.Rows), Defaults.Rows);
    private readonly Option<int> _references = Number("--references", nameof(FidelitySettings.References), Defaults.References);
    private readonly Option<int> _leftOut = Number("--left-out", nameof(FidelitySettings.LeftOut), Defaults.LeftOut);
    private readonly Option<int> _resamples = Number("--resamples", nameof(FidelitySettings.Resamples), Defaults.Resamples);
    private readonly Option<double> _flips = Number("--flips", nameof(FidelitySettings.Flips), Defaults.Flips);
    private readonly Option<double> _inspected = Number("--inspected", nameof(FidelitySettings.Inspected), Defaults.Inspected);

    public IReadOnlyList<Symbol> All => [_seeds, _subsets, _steps, _rows, _references, _leftOut, _resamples, _flips, _inspected];

    public FidelitySettings Read(ParseResult parsed) => new()
    {
        Rows = parsed.GetValue(_rows),
        References = parsed.GetValue(_references),
        Seeds = parsed.GetValue(_seeds),
        Subsets = parsed.GetValue(_subsets),
        Steps = parsed.GetValue(_steps),
        LeftOut = parsed.GetValue(_leftOut),
        Resamples = parsed.GetValue(_resamples),
        Flips = parsed.GetValue(_flips),
        Inspected = parsed.GetValue(_inspected),
    };

    private static Option<T> Number<T>(string name, string setting, T value) => new(name)
    {
        Description = SettingRanges.Meaning(setting),
        DefaultValueFactory = _ => value,
    };
}
