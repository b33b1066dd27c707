using ZiGong.Contracts;

namespace ZiGong.Pipeline.Stages;

/// <summary>Which stage is the first to look at an option: a change of it leaves all before that stage as it is.</summary>
public static class OptionStages
{
    /// <param name="option">Its name, as <see cref="RunOptionsReader.List"/> gives it.</param>
    /// <param name="options">The options after the change: with a base that reads text, templates already shape the agent's prompts.</param>
    /// <exception cref="InvalidOperationException">No stage claims it.</exception>
    public static Stage FirstUse(string option, RunOptions options)
    {
        var readsWords = Bases.ReadsWords(options.Agent.Base, options.Templating);
        return StageCatalogue.All.FirstOrDefault(s => s.Claiming(option, readsWords))?.Stage
            ?? throw new InvalidOperationException($"no stage claims option {option}: name it in {nameof(StageCatalogue)}");
    }
}
