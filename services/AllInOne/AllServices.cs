using ZiGong.AllInOne.Tensors;
using ZiGong.Cli.Hosting;
using ZiGong.Control;
using ZiGong.Credit.Subjects;
using ZiGong.Evaluation;
using ZiGong.GradientExtraction;
using ZiGong.Hosting;
using ZiGong.Hosting.Embedded;
using ZiGong.Ingest;
using ZiGong.Ingest.Files;
using ZiGong.Pipeline.Operations;
using ZiGong.Selection;
using ZiGong.Templating;
using ZiGong.TracSeqScoring;
using ZiGong.Training;

namespace ZiGong.AllInOne;

/// <summary>All services in one process: the only place that knows every one of them.</summary>
public static class AllServices
{
    /// <summary>What they do for the command line.</summary>
    public static LocalServices Local { get; } = new()
    {
        StartAsync = StartAsync,
        IngestAsync = async (options, source, descriptor, file, progress, ct) =>
        {
            var hasher = await SubjectKey.OpenAsync(options.SubjectKeyFile, source, ct);
            return await new FileIngestion(source, hasher, TimeProvider.System).RunAsync(descriptor, file, progress, ct);
        },
        OpenSubjectsAsync = (options, source, ct) => SubjectKey.OpenAsync(options.SubjectKeyFile, source, ct),
        ExamineTensors = TensorExamination.Look,
    };

    /// <summary>Starts them, or follows the process that has them.</summary>
    public static Task<EmbeddedHost> StartAsync(PipelineOptions options, CancellationToken ct) => EmbeddedHost.StartAsync(options, AddTo, ct);

    private static void AddTo(PipelineBuilder pipeline, bool works)
    {
        // A follower needs the parts that ask and read, but no consumer may take work from the host that has the lock.
        if (!works)
        {
            pipeline.AddIngestion();
            pipeline.AddRunRequests();
            return;
        }

        pipeline.AddIngest();

        // Runs tune and are measured one at a time; the arms of an experiment side by side.
        pipeline.AddTraining(pipeline.Options.Workers);
        pipeline.AddGradientExtraction();
        pipeline.AddTracSeqScoring();
        pipeline.AddSelection();
        pipeline.AddTemplating();
        pipeline.AddEvaluation(pipeline.Options.Workers);
        pipeline.AddControl();
    }
}
