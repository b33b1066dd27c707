using System.Globalization;
using ZiGong.Contracts;

namespace ZiGong.Hosting.Faults;

/// <summary>
/// Faults that a service inflicts on itself, for tests alone (<see cref="PipelineOptions.Faults"/>): what no signal from outside can hit exactly.
/// Empty in production, and then nothing of this is in the way of a message.
/// </summary>
/// <param name="Seed">Of all chances.</param>
/// <param name="Crash">Chance that the process kills itself between a commit and the publishing of what follows.</param>
/// <param name="Twice">Chance that a delivery is worked on twice at the same time.</param>
/// <param name="Later">Chance that a delivery goes back to the end of its queue instead.</param>
/// <param name="Delay">Longest wait before a delivery is worked on, in milliseconds.</param>
/// <param name="ClockHours">The clock jumps by up to this much, back and forth.</param>
public sealed record FaultPlan(ulong Seed, double Crash, double Twice, double Later, double Delay, double ClockHours)
{
    private static readonly string[] Names = ["seed", "crash", "twice", "later", "delay", "clock"];

    /// <summary>Reads <c>seed=7,crash=0.02,twice=1,later=0.3,delay=200,clock=48</c>; what is not named is 0.</summary>
    /// <exception cref="InputException">An unknown name, or something that is not a number.</exception>
    public static FaultPlan? Parse(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var given = new Dictionary<string, double>(StringComparer.Ordinal);
        var seed = 0UL;
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, number) = at < 0 ? ("", "") : (pair[..at], pair[(at + 1)..]);
            var value = 0.0;
            var isRead = name == "seed"
                ? ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out seed) // whole: no double holds every seed
                : Names.Contains(name, StringComparer.Ordinal) && double.TryParse(number, CultureInfo.InvariantCulture, out value) && value >= 0;
            if (!isRead)
            {
                throw new InputException(
                    $"{PipelineOptions.Section}:{nameof(PipelineOptions.Faults)}: "
                    + $"'{pair}' must be NAME=NUMBER with one of the names {string.Join(", ", Names)}");
            }

            given[name] = value;
        }

        double Of(string name) => given.GetValueOrDefault(name);
        return new FaultPlan(seed, Of("crash"), Of("twice"), Of("later"), Of("delay"), Of("clock"));
    }
}

/// <summary>The dice of a <see cref="FaultPlan"/>, shared by all that happens in one process.</summary>
public sealed class FaultInjection(FaultPlan plan)
{
    private readonly Lock _gate = new();

    // Every process rolls its own dice, and a restarted one others, but the same again under the same seed: the supervisor names worker and start.
    private readonly SeededRandom _random = SeededRandom.Stream(plan.Seed, Environment.GetEnvironmentVariable("ZIGONG_LIFE") ?? "");

    public FaultPlan Plan { get; } = plan;

    public bool Strikes(double chance) => chance > 0 && Next() < chance;

    /// <summary>From 0 to 1.</summary>
    public double Next()
    {
        lock (_gate)
        {
            return _random.NextDouble();
        }
    }

    /// <summary>The exact point between commit and publish. SIGKILL, as the kernel would do it when memory runs out.</summary>
    public void AfterCommit()
    {
        if (Strikes(Plan.Crash))
        {
            System.Console.Error.WriteLine("injected fault: killed between commit and publish");
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            self.Kill();
        }
    }
}
