using ZiGong.Contracts;

namespace ZiGong.Pipeline;

/// <summary>Stages as people call them.</summary>
public static class StageNames
{
    private static readonly (string Name, Stage Stage)[] Names =
    [
        ("ingest", Stage.Snapshot), ("snapshot", Stage.Snapshot),
        ("agent", Stage.Agent), ("training", Stage.Agent),
        ("gradients", Stage.Gradients), ("gradientextraction", Stage.Gradients),
        ("reference", Stage.Reference),
        ("partials", Stage.Partials),
        ("tracseq", Stage.Scores), ("tracseqscoring", Stage.Scores), ("scores", Stage.Scores),
        ("selection", Stage.Selection),
        ("templating", Stage.Dataset), ("dataset", Stage.Dataset),
        ("tuning", Stage.Tuning),
        ("evaluation", Stage.Evaluation),
        ("model", Stage.Model),
    ];

    /// <exception cref="InputException">There is no such stage; the message lists them.</exception>
    public static Stage Parse(string name)
    {
        var found = Names.FirstOrDefault(n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found.Name is not null
            ? found.Stage
            : throw new InputException($"there is no stage '{name}'; stages are {string.Join(", ", Names.Select(n => n.Name))}");
    }

    /// <summary>The name that <see cref="Parse"/> and the documentation use.</summary>
    public static string Of(Stage stage) => stage.ToString().ToLowerInvariant();
}
