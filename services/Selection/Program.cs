using ZiGong.Selection;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddSelection());
