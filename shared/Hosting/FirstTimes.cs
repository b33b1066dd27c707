namespace ZiGong.Hosting;

/// <summary>Tells the first time from later ones, so that what every sweep meets again is logged once.</summary>
/// <param name="most">So many are remembered; with one more it begins anew, and some are first again.</param>
public sealed class FirstTimes<T>(int most = 1000)
{
    private readonly Lock _gate = new();
    private readonly HashSet<T> _seen = [];

    public bool IsFirst(T what)
    {
        lock (_gate)
        {
            if (_seen.Count >= most && !_seen.Contains(what))
            {
                _seen.Clear();
            }

            return _seen.Add(what);
        }
    }
}
