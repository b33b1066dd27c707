using ZiGong.Ingest;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddIngest());
