using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ZiGong.Hosting.Telemetry;

/// <summary>The pipeline's spans and figures. While nobody listens, each costs one comparison.</summary>
public static class PipelineTelemetry
{
    /// <summary>Of the source of spans and of the meter.</summary>
    public const string Name = "ZiGong.Pipeline";

    public static ActivitySource Source { get; } = new(Name, Product.Version);

    public static Meter Meter { get; } = new(Name, Product.Version);

    /// <summary>Ended attempts on units, by stage and outcome.</summary>
    public static Counter<long> Units { get; } = Meter.CreateCounter<long>("zigong.units", "{unit}", "Ended attempts on units of work.");

    /// <summary>Shards whose gradients or partial scores are committed, by stage.</summary>
    public static Counter<long> Shards { get; } = Meter.CreateCounter<long>("zigong.shards", "{shard}", "Shards done at a checkpoint.");

    /// <summary>From taking a unit to its end, by stage and outcome.</summary>
    public static Histogram<double> StageDuration { get; } = Meter.CreateHistogram(
        "zigong.stage.duration", "s", "Time that a unit of a stage took.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000] });

    /// <summary>Of the last checkpoint or slice, by stage (Agent, Tuning).</summary>
    public static Gauge<double> Loss { get; } = Meter.CreateGauge<double>("zigong.training.loss", unit: null, "Training loss of the last checkpoint or slice.");

    /// <summary>Rows that Ingest refused, by data set.</summary>
    public static Counter<long> Rejections { get; } = Meter.CreateCounter<long>("zigong.rejections", "{row}", "Rows that were refused.");

    /// <summary>Messages that could not be read or whose consumer failed, by queue.</summary>
    public static Counter<long> DeadLetters { get; } = Meter.CreateCounter<long>(
        "zigong.dead_letters", "{message}", "Messages that no consumer could deal with.");

    /// <summary>Ends of runs that could not be announced, by type; each counts once in a process.</summary>
    public static Counter<long> UnsentAnnouncements { get; } = Meter.CreateCounter<long>(
        "zigong.announcements.unsent", "{event}", "Ends of runs that cannot be announced as they are stored.");

    /// <summary>Work that was dropped because its unit went to another worker or its run ended meanwhile, by stage.</summary>
    public static Counter<long> LeaseLosses { get; } = Meter.CreateCounter<long>("zigong.lease.losses", "{unit}", "Units lost while they were worked on.");

    /// <summary>Failed attempts that are followed by another one, by stage.</summary>
    public static Counter<long> Retries { get; } = Meter.CreateCounter<long>("zigong.retries", "{attempt}", "Failed attempts that are followed by another.");
}
