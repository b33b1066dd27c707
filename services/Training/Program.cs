using ZiGong.Training;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddTraining());
