using Microsoft.Extensions.DependencyInjection;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Ingest.Files;
using ZiGong.Ingest.Sealing;
using ZiGong.Ingest.Uploads;

namespace ZiGong.Ingest;

/// <summary>Takes behaviour in and seals snapshots.</summary>
public static class IngestService
{
    public static void AddIngest(this PipelineBuilder pipeline)
    {
        pipeline.AddIngestion();
        pipeline.Services.AddSingleton<UploadIngestion>();
        pipeline.Services.AddHostedService<UploadLeftovers>();
        pipeline.Services.AddSingleton<FoldSealing>();
        pipeline.AddConsumer<SealSnapshotConsumer>(concurrency: 1);
        pipeline.AddConsumer<SealFoldConsumer>(concurrency: 1);
        pipeline.AddConsumer<IngestUploadConsumer>(concurrency: 1);
    }

    /// <summary>Reading files and sealing what is stored, for a process that takes no messages.</summary>
    public static void AddIngestion(this PipelineBuilder pipeline)
    {
        pipeline.AddStages();
        pipeline.Services.AddHostedService<SubjectKeyAtStart>();
        pipeline.Services.AddSingleton(_ => SubjectHasher.FromFile(pipeline.Options.SubjectKeyFile));
        pipeline.Services.AddSingleton<FileIngestion>();
        pipeline.Services.AddSingleton<SnapshotSealing>();
    }
}
