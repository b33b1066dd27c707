using ZiGong.Contracts;

namespace ZiGong.Pipeline.Stages;

/// <summary>Stages as people call them.</summary>
public static class StageNames
{
    /// <exception cref="InputException">There is no such stage; the message lists them.</exception>
    public static Stage Parse(string name) =>
        StageCatalogue.All.FirstOrDefault(s => s.Words.Contains(name, StringComparer.OrdinalIgnoreCase))?.Stage
        ?? throw new InputException($"there is no stage '{name}'; stages are {string.Join(", ", StageCatalogue.All.SelectMany(s => s.Words))}");

    /// <summary>The name that <see cref="Parse"/> and the documentation use.</summary>
    public static string Of(Stage stage) => StageCatalogue.Of(stage).Name;
}
