using ZiGong.AllInOne;
using ZiGong.Cli;

return await CommandLine.RunAsync(args, AllServices.Local);
