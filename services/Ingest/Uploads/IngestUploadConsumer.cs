using MassTransit;
using ZiGong.Contracts;

namespace ZiGong.Ingest.Uploads;

/// <summary>Takes the rows of an uploaded table in.</summary>
public sealed class IngestUploadConsumer(UploadIngestion uploads) : IConsumer<IngestUpload>
{
    public Task Consume(ConsumeContext<IngestUpload> context) => uploads.RunAsync(context.Message.UploadId, context.CancellationToken);
}
