using ZiGong.Cli;

return await CommandLine.RunAsync(args);
