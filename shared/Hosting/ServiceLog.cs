using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ZiGong.Hosting;

/// <summary>Logs of a service: one JSON object a line, with the scopes that say which run, stage, unit and generation it is about.</summary>
public static class ServiceLog
{
    public static void AddServiceLog(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.Configure(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        logging.AddJsonConsole(o =>
        {
            o.IncludeScopes = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
    }
}
