namespace ZiGong.Contracts;

/// <summary>Order: go on with the agent at this slice.</summary>
public sealed record TrainAgentSlice(Guid RunId, int Generation, int Slice) : IRunMessage
{
    public string Unit => Units.Slice(Slice);
}

/// <summary>One slice of the agent's training is saved; the next continues from it.</summary>
/// <param name="Checkpoint">Id of the checkpoint that this slice ended with, or empty.</param>
/// <param name="State">Artifact hash of the trainer's state.</param>
/// <param name="Period">Period that the next slice works on.</param>
/// <param name="Step">Steps already taken in that period.</param>
/// <param name="Last">The agent has seen its last period.</param>
public sealed record AgentSliceTrained(
    Guid RunId, int Generation, int Slice, string Checkpoint, string State, int Period, int Step, bool Last) : IRunMessage
{
    public string Unit => Units.Slice(Slice);
}

/// <summary>A frozen state of the agent.</summary>
/// <param name="Time">t_i in periods, on the snapshot's axis.</param>
/// <param name="LearningRate">η_i: sum of the step rates since the previous checkpoint.</param>
public sealed record CheckpointSaved(Guid RunId, int Generation, string Checkpoint, int Ordinal, double Time, double LearningRate, double Loss) : IRunMessage
{
    public string Unit => Checkpoint;
}

/// <summary>All periods are behind the agent.</summary>
public sealed record AgentTrained(Guid RunId, int Generation, int Checkpoints) : IRunMessage
{
    public string Unit => "agent";
}

/// <summary>Order: go on with LoRA tuning at this slice.</summary>
public sealed record TuneAdapterSlice(Guid RunId, int Generation, int Slice) : IRunMessage
{
    public string Unit => Units.Slice(Slice);
}

/// <summary>One slice of the tuning is saved; the next continues from it.</summary>
/// <param name="State">Artifact hash of the trainer's state, empty when the adapter is finished.</param>
/// <param name="Step">Steps taken so far.</param>
/// <param name="Adapter">Artifact hash of the finished adapter, or empty.</param>
/// <param name="AdapterUri">Where the finished adapter's folder lies, or empty.</param>
public sealed record AdapterSliceTrained(
    Guid RunId, int Generation, int Slice, string State, int Step, double Loss, string Adapter, string AdapterUri) : IRunMessage
{
    public string Unit => Units.Slice(Slice);
}

/// <summary>The adapter is written in PEFT layout.</summary>
public sealed record AdapterTrained(Guid RunId, int Generation, string Adapter, string AdapterUri, double Loss) : IRunMessage
{
    public string Unit => "adapter";
}
