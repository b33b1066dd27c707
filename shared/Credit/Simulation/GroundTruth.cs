using System.Globalization;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;

namespace ZiGong.Credit.Simulation;

/// <summary>The simulator's truth about one sample.</summary>
/// <param name="Probability">True probability of default.</param>
/// <param name="Defaulted">True outcome.</param>
/// <param name="Flipped">The recorded label differs from the outcome.</param>
/// <param name="Regime">State of the economy.</param>
public sealed record GroundTruthRow(double Probability, bool Defaulted, bool Flipped, string Regime);

/// <summary>Reads the truth written beside a simulated table.</summary>
public static class GroundTruth
{
    /// <summary>Truth by <see cref="Sample.NaturalKey"/> of the samples that the descriptor <c>simulated</c> makes.</summary>
    /// <exception cref="InputException">The file is missing or not written by the simulator.</exception>
    public static IReadOnlyDictionary<string, GroundTruthRow> Read(string path, DatasetDescriptor descriptor, SubjectHasher hasher)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"There is no ground truth file {path}; 'zigong simulate' writes it beside the table.");
        }

        using var reader = new StreamReader(path);
        return Read(reader, path, descriptor, hasher);
    }

    public static IReadOnlyDictionary<string, GroundTruthRow> Read(TextReader reader, string name, DatasetDescriptor descriptor, SubjectHasher hasher)
    {
        var identity = new SampleIdentity();
        var truth = new Dictionary<string, GroundTruthRow>(StringComparer.Ordinal);
        if (reader.ReadLine() != CreditSimulator.TruthHeader)
        {
            throw new InputException($"{name}, line 1: this is not the simulator's ground truth; its header is {CreditSimulator.TruthHeader}.");
        }

        for (var line = 2; reader.ReadLine() is { } text; line++)
        {
            var cells = text.Split(',');
            if (cells.Length != 6
                || !DateTimeOffset.TryParseExact(cells[1], "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var month)
                || !double.TryParse(cells[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var probability))
            {
                throw new InputException($"{name}, line {line}: not a row of the simulator's ground truth.");
            }

            var key = identity.NaturalKey(descriptor.Name, descriptor.Task, [cells[0], cells[1]], descriptor.TimeNamesRows ? month : null);
            truth[hasher.NaturalKey(key)] = new GroundTruthRow(probability, cells[3] == "1", cells[4] == "1", cells[5]);
        }

        return truth;
    }
}
