using System.Globalization;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;

namespace ZiGong.Credit.Reading;

/// <summary>Whose row it is, and what names it: the keys that are hashed, and never shown.</summary>
/// <param name="descriptor">The data set.</param>
/// <param name="source">Hash of the source's content; names rows of data sets without a key, with the line.</param>
/// <param name="key">Places of the key's cells.</param>
/// <param name="subject">Place of the subject's cell, or −1.</param>
internal sealed class RowIdentity(DatasetDescriptor descriptor, SubjectHasher hasher, string source, int[] key, int subject, Refusals refusals)
{
    private readonly SampleIdentity _identity = new();

    /// <param name="parts">What the row's key holds, as far as it is hashed.</param>
    /// <param name="owner">The subject's hash.</param>
    public Rejection? Read(long line, ReadOnlySpan<string> cells, out string[] parts, out string owner)
    {
        parts = key.Length == 0 ? [source, line.ToString(CultureInfo.InvariantCulture)] : new string[key.Length];
        owner = "";
        for (var i = 0; i < key.Length; i++)
        {
            if (Check(line, cells, key[i], "key") is { } unnamed)
            {
                return unnamed;
            }

            parts[i] = ComposedText.Of(cells[key[i]].Trim());
        }

        if (subject >= 0 && Check(line, cells, subject, "subject") is { } nobody)
        {
            return nobody;
        }

        owner = hasher.Hash(descriptor.SubjectSpace, subject >= 0 ? cells[subject] : string.Join('\u001f', parts));
        return null;
    }

    public string NaturalKey(string task, string[] parts, DateTimeOffset? observedAt) =>
        hasher.NaturalKey(_identity.NaturalKey(descriptor.Name, task, parts, descriptor.TimeNamesRows ? observedAt : null));

    /// <summary>As earlier versions made it, with the time in every case.</summary>
    public string FormerKey(string task, string[] parts, DateTimeOffset? observedAt) =>
        hasher.NaturalKey(_identity.NaturalKey(descriptor.Name, task, parts, observedAt));

    public Sample SampleOf(
        string task, string owner, string naturalKey, IReadOnlyDictionary<string, string> fields, string answer, DateTimeOffset? observedAt, DateTimeOffset? labelKnownAt) =>
        new(
            _identity.Id(descriptor.Name, task, owner, naturalKey, fields, answer, observedAt, labelKnownAt),
            descriptor.Name, task, owner, naturalKey, fields, answer, observedAt, labelKnownAt);

    private Rejection? Check(long line, ReadOnlySpan<string> cells, int column, string what)
    {
        var value = cells[column].Trim();
        return value.Contains('\uFFFD') ? refusals.Of(line, column, RowMapper.NotUtf8, cells)
            : descriptor.Format.Missing.Contains(value) ? refusals.Of(line, column, $"the {what} is missing", cells)
            : null;
    }
}
