using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.Pipeline;

/// <summary>Which stage is the first to look at an option: a change of it leaves all before that stage as it is.</summary>
public static class OptionStages
{
    /// <param name="option">Its name, as <see cref="RunOptionsReader.List"/> gives it.</param>
    /// <param name="options">The options after the change: with a base that reads text, templates already shape the agent's prompts.</param>
    public static Stage FirstUse(string option, RunOptions options)
    {
        var cut = option.IndexOf(':', StringComparison.Ordinal);
        var (section, name) = cut < 0 ? ("", option) : (option[..cut], option[(cut + 1)..]);
        return section switch
        {
            "" => Stage.Agent,
            nameof(RunOptions.Snapshot) => Stage.Snapshot,
            nameof(RunOptions.Agent) => Stage.Agent,
            nameof(RunOptions.Gradients) => Stage.Gradients,
            nameof(RunOptions.TracSeq) => OfScoring(name),
            nameof(RunOptions.Selection) => Stage.Selection,
            nameof(RunOptions.Templating) => OfTemplating(name, options),
            nameof(RunOptions.Tuning) => OfTuning(name),
            nameof(RunOptions.Evaluation) => Stage.Evaluation,
            _ => throw new InvalidOperationException($"no stage is known to use option {option}"),
        };
    }

    private static Stage OfScoring(string name) => name switch
    {
        nameof(TracSeqOptions.Reference) or nameof(TracSeqOptions.Curvature) or nameof(TracSeqOptions.Damping) => Stage.Reference,
        nameof(TracSeqOptions.Similarity) or nameof(TracSeqOptions.Optimizer) => Stage.Partials,
        _ => Stage.Scores,
    };

    private static Stage OfTemplating(string name, RunOptions options) => name switch
    {
        // Only the training data set is resampled.
        nameof(TemplatingOptions.Resample) or nameof(TemplatingOptions.MinorityRatio) => Stage.Dataset,
        nameof(TemplatingOptions.Nano) => Stage.Agent,
        _ => Bases.ReadsWords(options.Agent.Base, options.Templating) ? Stage.Agent : Stage.Dataset,
    };

    private static Stage OfTuning(string name) => name switch
    {
        // The agent is trained under the same limit.
        nameof(TuningOptions.ClipNorm) => Stage.Agent,

        // Instructions carry the tokens of the base that reads them.
        nameof(TuningOptions.Base) => Stage.Dataset,
        _ => Stage.Tuning,
    };
}
