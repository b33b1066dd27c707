using ZiGong.Control;
using ZiGong.Control.Api;
using ZiGong.Hosting;

return await PipelineHosting.RunServiceAsync(args, p => { p.AddControl(); p.Services.AddControlApi(); }, app => app.MapControlApi());
