using System.Globalization;
using ZiGong.Contracts;
using ZiGong.Pipeline.Stages;

namespace ZiGong.Cli.Local;

/// <summary>One process of a service on this machine.</summary>
/// <param name="Number">From 1.</param>
public sealed record ServiceWorker(string Service, int Number)
{
    /// <summary>All services, the one that others are asked through first.</summary>
    public static IReadOnlyList<string> Services { get; } =
        ["Control", .. StageCatalogue.All.Select(s => s.Service).Where(s => s != "Control").Distinct(StringComparer.Ordinal)];

    /// <summary>The beginning of its files' names.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Service}-{Number}");

    /// <exception cref="FormatException">It is no name of a worker.</exception>
    public static ServiceWorker Of(string name)
    {
        var dash = name.LastIndexOf('-');
        return new ServiceWorker(name[..Math.Max(dash, 0)], int.Parse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <param name="given">How many of a service where that is not one, as <c>NAME=N</c>; the last one of a name counts.</param>
    /// <exception cref="InputException">A service that there is not, or no number.</exception>
    public static IReadOnlyList<ServiceWorker> Of(IEnumerable<string> given)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pair in given)
        {
            var parts = pair.Split('=', 2);
            if (!Services.Contains(parts[0], StringComparer.Ordinal))
            {
                throw new InputException($"there is no service '{parts[0]}'; there are: {string.Join(' ', Services)}");
            }

            counts[parts[0]] = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count
                : throw new InputException($"workers of {parts[0]}: '{(parts.Length == 2 ? parts[1] : "")}' is not a number");
        }

        return [.. Services.SelectMany(s => Enumerable.Range(1, counts.GetValueOrDefault(s, 1)).Select(n => new ServiceWorker(s, n)))];
    }
}
