namespace ZiGong.Contracts;

/// <summary>Kinds of runs that are treated differently somewhere; the names are part of the database.</summary>
public static class RunKinds
{
    /// <summary>An arm of an experiment: measured as any run, but without champion, promotion and announcement.</summary>
    public const string Experiment = "experiment";
}
