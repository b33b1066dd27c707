using ZiGong.Control;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddControl());
