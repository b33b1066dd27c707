using ZiGong.Evaluation;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddEvaluation());
