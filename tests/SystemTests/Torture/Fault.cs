namespace ZiGong.SystemTests.Torture;

/// <summary>What is done to the pipeline from outside while a run goes on.</summary>
internal enum Fault
{
    KillService,
    StopPastLease,
    KillBroker,
    WipeBroker,
    KillDatabase,
    TruncateArtifact,
    FlipArtifact,
    FillDisk,
    PoisonMessage,
    OldGeneration,
}

/// <summary>What was tried and what came of it.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);

    public int Rounds { get; set; }

    public int Finished { get; set; }

    public int MessagesLost { get; set; }

    public int SamplesLostOrDoubled { get; set; }

    public int SelectionsThatDiffer { get; set; }

    public int AdaptersThatDiffer { get; set; }

    /// <summary>Runs that an operator had to set going again, as after a full disk.</summary>
    public int Retried { get; set; }

    public int Faults => _faults.Values.Sum();

    public void Add(string fault, int times = 1) => _faults[fault] = _faults.GetValueOrDefault(fault) + times;

    public int Of(Fault fault) => _faults.GetValueOrDefault(fault.ToString());

    public override string ToString() =>
        $"{Faults} faults in {Rounds} runs, {Finished} finished ({Retried} after a retry); "
        + $"messages lost {MessagesLost}, samples lost or doubled {SamplesLostOrDoubled}, "
        + $"selections that differ {SelectionsThatDiffer}, adapters that differ {AdaptersThatDiffer}\n"
        + string.Join(", ", _faults.Select(f => $"{f.Key} {f.Value}"));
}
