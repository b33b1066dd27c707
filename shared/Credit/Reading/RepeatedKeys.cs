using System.Globalization;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Reading;

/// <summary>Counts samples of a file whose key an earlier row has: when the file is taken in, only the last one of a key counts.</summary>
internal sealed class RepeatedKeys(DatasetDescriptor descriptor)
{
    private readonly Dictionary<UInt128, DateTimeOffset?> _times = [];

    public long Count { get; private set; }

    /// <summary>Of these, samples with another time than the first of their key, where a key has one: the file is refused for them.</summary>
    public long WithOtherTime { get; private set; }

    public void Add(Sample sample)
    {
        if (descriptor.Key.Count == 0)
        {
            return;
        }

        var key = UInt128.Parse(sample.NaturalKey, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (!_times.TryAdd(key, sample.ObservedAt))
        {
            Count++;
            WithOtherTime += descriptor.KeyFixesTime && _times[key] != sample.ObservedAt ? 1 : 0;
        }
    }
}
