using ZiGong.GradientExtraction;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddGradientExtraction());
