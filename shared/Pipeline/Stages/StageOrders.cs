using ZiGong.Contracts;

namespace ZiGong.Pipeline.Stages;

/// <summary>What an order is for.</summary>
public static class StageOrders
{
    private static readonly Dictionary<Type, (StageDefinition Stage, bool IsFirst)> Ordered =
        StageCatalogue.All.SelectMany(s => s.Orders.Select((type, i) => (type, Stage: s, IsFirst: i == 0)))
            .ToDictionary(o => o.type, o => (o.Stage, o.IsFirst));

    /// <returns>Null for events that no stage works on.</returns>
    public static UnitKey? UnitOf(IRunMessage order) => Ordered.TryGetValue(order.GetType(), out var found)
        ? new UnitKey(
            found.Stage.Stage,
            found.Stage.Shape switch
            {
                StageShape.One => found.Stage.Name,
                StageShape.Slices when found.IsFirst => Units.Slice(0),
                _ => order.Unit,
            })
        : null;

    /// <returns>Null for events that no stage works on.</returns>
    public static Stage? StageOf(IRunMessage order) => UnitOf(order)?.Stage;

    /// <summary>The first stage that a run has not finished, or null when all are.</summary>
    public static Stage? FirstUnfinished(RunState run) => NextMessages.Of(run).Select(StageOf).Min();
}
