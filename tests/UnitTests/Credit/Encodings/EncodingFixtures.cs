using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Reports.Words;

namespace ZiGong.UnitTests.Credit.Encodings;

/// <summary>A small table: a numeric limit, a coded sex, a region with rare values, and a name that no model sees.</summary>
internal static class EncodingFixtures
{
    public static DatasetDescriptor Descriptor { get; } = new()
    {
        Name = "toy",
        SubjectSpace = "toy",
        Task = "credit-scoring",
        Format = new FormatDescriptor { Kind = TableFormat.Csv },
        Fields =
        [
            new FieldDescriptor { Name = "limit", Column = "limit", Label = "Limit", Kind = FieldKind.Numeric },
            new FieldDescriptor
            {
                Name = "sex",
                Column = "sex",
                Label = "Sex",
                Kind = FieldKind.Categorical,
                Codes = new Dictionary<string, string> { ["2"] = "female", ["1"] = "male" },
                Protected = true,
            },
            new FieldDescriptor { Name = "age", Column = "age", Label = "Age", Kind = FieldKind.Numeric, Protected = true, Feature = false },
            new FieldDescriptor { Name = "region", Column = "region", Label = "Region", Kind = FieldKind.Categorical },
        ],
        Answer = new AnswerDescriptor { Column = "bad", Allowed = ["good", "bad"], Positive = "bad" },
    };

    /// <summary>100 rows: limits 1 to 100, sexes in turn, regions north (60), south (38) and two of their own.</summary>
    public static IReadOnlyList<Sample> Train { get; } =
    [
        .. Enumerable.Range(1, 100).Select(i => Of(
            i,
            ("limit", $"{i}"),
            ("sex", i % 2 == 0 ? "2" : "1"),
            ("region", i <= 60 ? "north" : i <= 98 ? "south" : $"isle{i}"))),
    ];

    public static SampleEncoding Fitted { get; } = SampleEncoding.Fit(Descriptor, Train);

    public static Sample Of(int number, params (string Field, string Value)[] fields) =>
        Of(number, number % 4 == 0 ? "bad" : "good", fields);

    public static Sample Of(int number, string answer, params (string Field, string Value)[] fields) => new(
        $"{number:x32}",
        "toy",
        "credit-scoring",
        $"subject{number}",
        $"row {number}",
        fields.ToDictionary(f => f.Field, f => f.Value),
        answer,
        null,
        null);
}
