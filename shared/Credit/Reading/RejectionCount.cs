namespace ZiGong.Credit.Reading;

/// <summary>How many rows were refused, why, and the first of them.</summary>
internal sealed class RejectionCount
{
    // A badly broken file is counted up to this many kinds; the rest still count as rejected.
    private const int MostKinds = 1000;

    private readonly Dictionary<(string Field, string Reason), long> _kinds = [];

    public long All { get; private set; }

    public List<Rejection> First { get; } = [];

    public IReadOnlyList<(string Field, string Reason, long Count)> Kinds =>
    [
        .. _kinds.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key).Select(kind => (kind.Key.Field, kind.Key.Reason, kind.Value)),
    ];

    public void Add(Rejection? rejection)
    {
        if (rejection is null)
        {
            return;
        }

        All++;
        if (First.Count < DatasetCheck.ShownRejections)
        {
            First.Add(rejection);
        }

        var kind = (rejection.Field, rejection.Reason);
        if (_kinds.TryGetValue(kind, out var count) || _kinds.Count < MostKinds)
        {
            _kinds[kind] = count + 1;
        }
    }
}
