using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.UnitTests.Credit.Descriptors;

public sealed class DescriptorFileTests
{
    public static TheoryData<string> Shipped => [.. DescriptorFile.Catalog];

    [Fact]
    public void The_catalog_ships_all_tables_of_the_design() => DescriptorFile.Catalog.ShouldBe(
        ["australian", "german", "lending-club", "polish", "simulated", "uci-default", "uci-default-panel"]);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_descriptor_loads_and_is_named_as_its_file(string name)
    {
        var descriptor = DescriptorFile.Load(name);

        descriptor.Name.ShouldBe(name);
        descriptor.Answer.Allowed.ShouldContain(descriptor.Answer.Positive);
        descriptor.Fields.ShouldAllBe(field => field.Label.Length > 0);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_descriptor_lies_beside_the_program_as_well(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "descriptors", $"{name}.yaml");

        DescriptorFile.Load(path).Fields.Count.ShouldBe(DescriptorFile.Load(name).Fields.Count);
    }

    [Fact]
    public void Everything_a_descriptor_says_arrives()
    {
        var descriptor = DescriptorFile.Load("lending-club");

        descriptor.Subject.ShouldBe("row");
        descriptor.Key.ShouldBe(["row"]);
        descriptor.ObservedAt.Column.ShouldBe("issue_d");
        descriptor.OutcomeHorizon.ShouldBe(new OutcomeHorizonDescriptor(5, "term"));
        descriptor.Filters.Count.ShouldBe(2);
        descriptor.Split.ShouldBe(new SplitDescriptor
        {
            Mode = SplitMode.OutOfTime, ReferenceMonths = 3, TestMonths = 6, Retrospective = true, Title = "retrospective: labels not yet known at these dates",
        });
        descriptor.Fields.Single(field => field.Name == "annual_income").ShouldSatisfyAllConditions(
            field => field.Column.ShouldBe("annual_inc"),
            field => field.Kind.ShouldBe(FieldKind.Numeric),
            field => field.Missing.ShouldBe(["", "n/a", "NA"]));
    }

    [Fact]
    public void Fields_that_are_protected_only_are_not_features()
    {
        var descriptor = DescriptorFile.Load("uci-default");

        descriptor.Fields.Single(field => field.Name == "sex").Protected.ShouldBeTrue();
        descriptor.Features.ShouldNotContain(field => field.Name == "sex");
    }

    [Fact]
    public void Panel_fields_are_relative_to_their_window()
    {
        var windows = DescriptorFile.Load("uci-default-panel").Windows;

        windows.Select(window => window.ObservedAt.Month).ShouldBe([6, 7, 8, 9]);
        windows.Select(window => window.Columns["repayment_1"]).ShouldBe(["PAY_4", "PAY_3", "PAY_2", "PAY_0"]);
        windows.Select(window => window.Columns["repayment_3"]).ShouldBe(["PAY_6", "PAY_5", "PAY_4", "PAY_3"]);
        windows.Select(window => window.Answer.Column).ShouldBe(["PAY_3", "PAY_2", "PAY_0", "default.payment.next.month"]);
        windows.Select(window => window.Answer.AtLeast).ShouldBe([2, 2, 2, null]);
    }

    [Fact]
    public void An_unknown_key_is_refused_with_file_line_and_the_nearest_key()
    {
        var message = Tables.MessageOf(() => Tables.Descriptor(Tables.Loans.Replace("subject:", "subjekt:", StringComparison.Ordinal)));

        message.ShouldContain("loans.yaml, line 4");
        message.ShouldContain("'subjekt'");
        message.ShouldContain("did you mean 'subject'?");
    }

    [Fact]
    public void An_unknown_key_inside_a_field_is_refused_too() =>
        Tables.MessageOf(() => Tables.Descriptor(Tables.Loans.Replace("label: Job", "lable: Job", StringComparison.Ordinal)))
            .ShouldContain("'fields[2].lable' is not a key here; did you mean 'label'?");

    [Theory]
    [InlineData("task: credit-default\n", "", "'task' is missing")]
    [InlineData("kind: csv", "kind: cvs", "'format.kind' must be one of csv, arff, whitespace, not 'cvs'; did you mean 'csv'?")]
    [InlineData("kind: csv", "kind: csv, header: maybe", "'format.header' must be true or false, not 'maybe'")]
    [InlineData("kind: csv", "kind: csv, delimiter: ';;'", "'format.delimiter' must be one character")]
    [InlineData("outcome_horizon: 3", "outcome_horizon: soon", "'outcome_horizon' must be a whole number of at least 0, not 'soon'")]
    [InlineData("leaks: [recovered]", "leaks: [income]", "uses the column 'income' for 'income', but 'leaks' says it carries the outcome")]
    [InlineData("name: note, label: Note", "name: note, column: label, label: Note", "the answer's own column")]
    [InlineData("name: note, label: Note", "name: note, column: client, label: Note", "is the lender's id of the borrower, which is never stored")]
    [InlineData("key: loan\nobserved_at: {column: month, format: yyyy-MM}", "observed_at: {column: month, format: yyyy-MM, part_of_key: true}", "is for a time from a column beside a 'key'")]
    [InlineData("outcome_horizon: 3", "outcome_horizon: 1201", "is 1201 months, but must be at most 1200")]
    [InlineData("observed_at: {column: month, format: yyyy-MM}", "observed_at: {constant: 9999-11}", "so late that no outcome can be known after it")]
    [InlineData("name: note, label: Note", "name: income, label: Note", "names 'income' twice")]
    [InlineData("positive: bad", "positive: awful", "positive is 'awful', which is not among the allowed good, bad")]
    [InlineData("\"1\": bad", "\"1\": baad", "maps to 'baad', which is not allowed; did you mean 'bad'?")]
    [InlineData("allowed: [good, bad]", "allowed: [bad]", "at least two different words")]
    [InlineData("leaks: [recovered]", "filters: [{column: job}]", "needs either 'in' (a list of values) or 'matches'")]
    [InlineData("leaks: [recovered]", "filters: [{column: job, matches: '('}]", "which is not a regular expression")]
    [InlineData("leaks: [recovered]", "split: {retrospective: true}", "needs a 'title'")]
    [InlineData("observed_at: {column: month, format: yyyy-MM}\n", "", "needs a time to count from")]
    [InlineData("observed_at: {column: month, format: yyyy-MM}", "observed_at: {constant: yesterday}", "must be a date such as 2005-09-01")]
    [InlineData("leaks: [recovered]", "leaks: [[recovered]]", "must be a single value, not a list")]
    public void A_wrong_descriptor_is_refused_with_the_reason(string part, string replacement, string expected)
    {
        Tables.Loans.ShouldContain(part);
        var message = Tables.MessageOf(() => Tables.Descriptor(Tables.Loans.Replace(part, replacement, StringComparison.Ordinal)));

        message.ShouldStartWith("loans.yaml, line ");
        message.ShouldContain(expected);
    }

    [Fact]
    public void Broken_YAML_names_its_line() =>
        Tables.MessageOf(() => DescriptorFile.Parse("name: a\ntask: [", "x.yaml")).ShouldStartWith("x.yaml, line ");

    [Fact]
    public void An_empty_descriptor_says_where_the_keys_are_explained() =>
        Tables.MessageOf(() => DescriptorFile.Parse("", "x.yaml")).ShouldContain("docs/descriptors.md");

    [Fact]
    public void An_unknown_name_lists_the_catalog_and_guesses() =>
        Should.Throw<InputException>(() => DescriptorFile.Load("germany")).Message.ShouldContain("did you mean 'german'?");

    [Fact]
    public void Protected_groups_come_from_groups_cuts_or_words()
    {
        var german = DescriptorFile.Load("german").Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);

        german["personal_status"].GroupOf("A92").ShouldBe("female");
        german["personal_status"].GroupOf("A93").ShouldBe("male");
        german["age"].GroupOf("25").ShouldBe("under 26");
        german["age"].GroupOf("26").ShouldBe("26 and over");
        german["housing"].GroupOf("A151").ShouldBe("rent");
        var threeParts = german["age"] with { Cuts = [25, 60] };
        threeParts.GroupOf("59.5").ShouldBe("25 to under 60");
    }
}
