using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ZiGong.Credit.Reading;

/// <summary>
/// Ids are hashes over an unambiguous form: each text with its length before it, so that no two contents share a form.
/// One instance serves one reader; it is not thread safe.
/// </summary>
public sealed class SampleIdentity
{
    private readonly ArrayBufferWriter<byte> _form = new(1024);

    /// <summary>32 hex digits over all content of a sample but its id.</summary>
    public string Id(
        string dataset,
        string task,
        string subject,
        string naturalKey,
        IReadOnlyDictionary<string, string> fields,
        string answer,
        DateTimeOffset? observedAt,
        DateTimeOffset? labelKnownAt)
    {
        _form.ResetWrittenCount();
        Add("sample/1");
        Add(dataset);
        Add(task);
        Add(subject);
        Add(naturalKey);
        Add(answer);
        Add(observedAt);
        Add(labelKnownAt);
        foreach (var name in fields.Keys.Order(StringComparer.Ordinal))
        {
            Add(name);
            Add(fields[name]);
        }

        return Digest();
    }

    /// <summary>
    /// 32 hex digits over data set, task, key values and observation time: equal for a row and its correction. Whoever guesses a borrower's id
    /// can make them, so what is stored is <see cref="Subjects.SubjectHasher.NaturalKey"/> of them.
    /// </summary>
    public string NaturalKey(string dataset, string task, ReadOnlySpan<string> key, DateTimeOffset? observedAt)
    {
        _form.ResetWrittenCount();
        Add("key/1");
        Add(dataset);
        Add(task);
        Add(observedAt);
        foreach (var part in key)
        {
            Add(part);
        }

        return Digest();
    }

    /// <summary>The same id for a sample built elsewhere.</summary>
    public static string Of(Sample sample) => new SampleIdentity().Id(
        sample.Dataset, sample.Task, sample.Subject, sample.NaturalKey, sample.Fields, sample.Answer, sample.ObservedAt, sample.LabelKnownAt);

    private void Add(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var span = _form.GetSpan(length + 4);
        BinaryPrimitives.WriteInt32LittleEndian(span, length);
        Encoding.UTF8.GetBytes(text, span[4..]);
        _form.Advance(length + 4);
    }

    private void Add(DateTimeOffset? time)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_form.GetSpan(8), time?.UtcTicks ?? -1);
        _form.Advance(8);
    }

    private string Digest()
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(_form.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
