namespace ZiGong.ModelFiles;

/// <summary>A trainer's saved state is an adapter in PEFT layout with the optimizer's moments beside it.</summary>
public static class TrainerState
{
    public const string MomentsFile = "optimizer.safetensors";
}
