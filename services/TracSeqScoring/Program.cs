using ZiGong.TracSeqScoring;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => p.AddTracSeqScoring());
