using System.Text;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;

namespace ZiGong.UnitTests.Credit;

/// <summary>Small tables and descriptors that several tests share.</summary>
internal static class Tables
{
    public const string Loans = """
        name: loans
        task: credit-default
        format: {kind: csv}
        subject: client
        key: loan
        observed_at: {column: month, format: yyyy-MM}
        outcome_horizon: 3
        fields:
          - {name: income, label: Monthly income, kind: numeric}
          - {name: job, label: Job, kind: categorical, codes: {S: salaried, F: freelance}}
          - {name: note, label: Note, kind: categorical}
          - {name: sex, kind: categorical, protected: true, feature: false, codes: {f: female, m: male}}
        answer: {column: label, map: {"0": good, "1": bad}, allowed: [good, bad], positive: bad}
        leaks: [recovered]
        """;

    public const string LoansHeader = "loan,client,month,income,job,note,sex,label";

    public static SubjectHasher Hasher { get; } = new("a key of sixteen bytes or more"u8);

    public static DatasetDescriptor Descriptor(string yaml = Loans) => DescriptorFile.Parse(yaml, "loans.yaml");

    public static List<ReadResult> Read(DatasetDescriptor descriptor, string table) => Read(descriptor, Encoding.UTF8.GetBytes(table));

    public static List<ReadResult> Read(DatasetDescriptor descriptor, byte[] table)
    {
        using var stream = new MemoryStream(table);
        return [.. SampleReader.Read(descriptor, stream, "loans.csv", "hash", Hasher, CancellationToken.None)];
    }

    /// <summary>The one rejection of a loans table with this one row.</summary>
    public static Rejection RejectionOf(string row)
    {
        var results = Read(Descriptor(), $"{LoansHeader}\n{row}\n");
        return results is [{ Rejection: { } rejection }] ? rejection : throw new InvalidOperationException("expected one rejection");
    }

    public static string MessageOf(Action action)
    {
        try
        {
            action();
        }
        catch (InputException fault)
        {
            return fault.Message;
        }

        throw new InvalidOperationException("expected an InputException");
    }

    /// <summary>The samples of a shared table, read as they are asked for.</summary>
    public static IEnumerable<Sample> Stream(string dataset, string file) =>
        SampleReader.Read(DescriptorFile.Load(dataset), Testing.SharedData.Require(file), Hasher, CancellationToken.None)
            .Where(result => result.Sample is not null)
            .Select(result => result.Sample!);

    public static List<Sample> Samples(string dataset, string file) => [.. Stream(dataset, file)];
}
