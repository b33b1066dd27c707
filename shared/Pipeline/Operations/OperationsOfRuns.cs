using Microsoft.Extensions.DependencyInjection;
using ZiGong.Hosting;
using ZiGong.Pipeline.Experiments;

namespace ZiGong.Pipeline.Operations;

/// <summary>What people do to runs: the same behind Control's API and behind a command line that has the database.</summary>
public static class OperationsOfRuns
{
    /// <summary>Asking for runs and operating them alone, for a process that takes no messages.</summary>
    public static void AddRunRequests(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.Services.AddSingleton<RunRequests>();
        pipeline.Services.AddSingleton<RunOperations>();
        pipeline.Services.AddSingleton<FidelityRequests>();
        pipeline.Services.AddSingleton<ArmRuns>();
        pipeline.Services.AddSingleton<ExperimentRequests>();
        pipeline.Services.AddSingleton<ExperimentCancelling>();
        pipeline.Services.AddSingleton<PipelineSwitch>();
        pipeline.Services.AddSingleton<DeadLetters>();
    }
}
