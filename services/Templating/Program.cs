using ZiGong.Templating;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddTemplating());
