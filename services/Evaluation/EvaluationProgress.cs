namespace ZiGong.Evaluation;

/// <summary>How far an evaluation is: parts that follow each other and count alike, the last being the figures, which are made at once.</summary>
/// <param name="report">Told what is done, and of how much.</param>
/// <param name="parts">How many there are with the figures.</param>
public sealed class EvaluationProgress(Action<double, double> report, int parts)
{
    private int _begun;

    /// <summary>The next part, told its share that is done.</summary>
    public Action<double> Next()
    {
        var before = _begun++;
        return share => report(before + share, parts);
    }

    /// <summary>The next part, told how many of so many were done since the last time.</summary>
    public Action<int> NextOf(int count)
    {
        var next = Next();
        var done = 0;
        return more => next((done += more) / (double)count);
    }
}
