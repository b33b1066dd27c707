using Shouldly;
using Xunit;
using ZiGong.Credit.Descriptors;

namespace ZiGong.UnitTests.Credit.Descriptors;

/// <summary>Descriptors that say what cannot be meant: refused with file, line and key before a row is read.</summary>
public sealed class DescriptorFaultTests
{
    private const string Panel = """
        name: p
        task: t
        format: {kind: csv}
        key: id
        panel:
          months: [2024-01, 2024-02, 2024-03]
          series: {paid: [p1, p2, p3]}
          windows: [{ends: 2024-01, answer: {series: paid, lead: 1, at_least: 2}}, {ends: 2024-02}]
        fields: [{name: now, series: paid, lag: 0, kind: numeric}, {name: age, kind: numeric}]
        answer: {column: out, map: {"0": x, "1": y}, allowed: [x, y], positive: y}
        """;

    [Theory]
    [InlineData("name: loans", "name: ''", "line 1: 'name' is empty")]
    [InlineData("task: credit-default", "task:", "line 2: 'task' is empty")]
    [InlineData("name: note, label: Note", "name: ' ', column: note", "line 9: 'fields' holds a field without a name")]
    [InlineData(
        "{name: income, label: Monthly income, kind: numeric}", "{name: income, kind: numeric, cuts: [60, 25]}",
        "cuts 'income' into groups at 60, 25, but cuts must rise")]
    [InlineData("{name: income, label: Monthly income, kind: numeric}", "{name: income, kind: numeric, cuts: [25, 25.0]}", "cuts must rise")]
    [InlineData("{name: income, label: Monthly income, kind: numeric}", "{name: income, kind: numeric, cuts: 25}", "'fields[1].cuts' must be a list")]
    [InlineData("{name: income, label: Monthly income, kind: numeric}", "{name: income, kind: numeric, cuts: [many]}", "must be a number, not 'many'")]
    [InlineData("{name: income, label: Monthly income, kind: numeric}", "{name: income, kind: numeric, cuts: [.inf]}", "must be a number, not '.inf'")]
    [InlineData("{name: income, label: Monthly income, kind: numeric}", "{name: income}", "line 9: 'fields[1].kind' is missing")]
    [InlineData("{name: income, label: Monthly income, kind: numeric}", "income", "line 9: 'fields[1]' must be a mapping (key: value lines)")]
    [InlineData(
        "{name: income, label: Monthly income, kind: numeric}", "{name: income, kind: Numeric}",
        "must be one of numeric, categorical, text, not 'Numeric'; did you mean 'numeric'?")]
    [InlineData("codes: {S: salaried, F: freelance}", "codes: [S, F]", "'fields[2].codes' must be a mapping")]
    [InlineData("codes: {S: salaried, F: freelance}", "codes: {S: [salaried]}", "must be a single value, not a list or mapping")]
    [InlineData(
        "label: Note, kind: categorical", "label: Note, kind: text, protected: true", "says 'note' is a text, so it can have neither codes nor be protected")]
    [InlineData("subject: client", "subject: [client]", "'subject' must be a single value")]
    [InlineData("subject: client", "subject: client\nversion: 0", "'version' must be a whole number of at least 1, not '0'")]
    [InlineData("subject: client", "subject: client\nversion: 1.5", "not '1.5'")]
    [InlineData("outcome_horizon: 3", "outcome_horizon: {months: -1}", "'outcome_horizon.months' must be a whole number of at least 0, not '-1'")]
    [InlineData("outcome_horizon: 3", "outcome_horizon: 99999999999", "not '99999999999'")]
    [InlineData("observed_at: {column: month, format: yyyy-MM}", "observed_at: {column: month, constant: 2024-01}", "needs either 'column' or 'constant'")]
    [InlineData(
        "observed_at: {column: month, format: yyyy-MM}", "observed_at: {constant: 2024-02-30}",
        "must be a date such as 2005-09-01 or a month such as 2005-09, not '2024-02-30'")]
    [InlineData("leaks: [recovered]", "filters: [{column: job, in: [S], matches: S}]", "needs either 'in' (a list of values) or 'matches'")]
    [InlineData("leaks: [recovered]", "filters: [{column: job, in: []}]", "'filters[1].in' is empty: no row would be kept")]
    [InlineData("leaks: [recovered]", "filters: {column: job}", "'filters' must be a list")]
    [InlineData("leaks: [recovered]", "filters: [{column: job, matches: '(?<=a)b'}]", "which is not a regular expression")]
    [InlineData("leaks: [recovered]", "split: {mode: random}", "must be one of auto, pools, windows, out_of_time, stratified, not 'random'")]
    [InlineData("leaks: [recovered]", "split: {mode: windows, test_months: 0}", "'split.test_months' must be a whole number of at least 1")]
    [InlineData("leaks: [recovered]", "prompt: {form: prose}", "must be one of table, description, not 'prose'")]
    [InlineData("leaks: [recovered]", "panel: {months: [2024-01]}\nleaks: [x]", "'panel.windows' must list at least one window")]
    [InlineData("{column: label, map", "{column: label, at_least: 2, map", "needs either 'map' (file value: answer) or 'at_least' (a number)")]
    [InlineData("map: {\"0\": good, \"1\": bad}, ", "", "needs either 'map' (file value: answer) or 'at_least' (a number)")]
    [InlineData("allowed: [good, bad]", "allowed: [good, good]", "at least two different words")]
    [InlineData("allowed: [good, bad]", "allowed: [good, bad, '']", "at least two different words")]
    [InlineData(", positive: bad", "", "'answer.positive' is missing")]
    public void A_contradiction_is_refused_at_its_line(string part, string replacement, string expected)
    {
        Tables.Loans.ShouldContain(part);

        Tables.MessageOf(() => Tables.Descriptor(Tables.Loans.Replace(part, replacement, StringComparison.Ordinal))).ShouldContain(expected);
    }

    [Theory]
    [InlineData("months: [2024-01, 2024-02, 2024-03]", "months: [2024-01, 2024-03, 2024-02]", "'panel.months' must rise")]
    [InlineData("months: [2024-01, 2024-02, 2024-03]", "months: [2024-01, 2024-01, 2024-02]", "'panel.months' must rise")]
    [InlineData("months: [2024-01, 2024-02, 2024-03]", "months: [2024-01, 2024-02]", "has 3 columns for 'paid' but there are 2 months")]
    [InlineData("months: [2024-01, 2024-02, 2024-03]", "months: [2024-01, 2024-02, March]", "must be a date such as")]
    [InlineData("{ends: 2024-02}]", "{ends: 2024-01}]", "'panel.windows' end in the same month twice")]
    [InlineData("{ends: 2024-02}]", "{ends: 2025-02}]", "'panel.windows[2].ends' is not one of the panel's months")]
    [InlineData("lead: 1", "lead: 3", "'paid' has no month at this distance from a window's end")]
    [InlineData("lead: 1", "lead: 0", "must be a whole number of at least 1, not '0'")]
    [InlineData("lag: 0", "lag: 1", "'paid' has no month at this distance from a window's end")]
    [InlineData("lag: 0", "lag: -1", "must be a whole number of at least 0, not '-1'")]
    [InlineData("series: paid, lag: 0", "series: payd, lag: 0", "is 'payd', which the panel does not list; did you mean 'paid'?")]
    [InlineData(
        "windows: [{ends: 2024-01, answer: {series: paid, lead: 1, at_least: 2}}, {ends: 2024-02}]", "windows: []",
        "'panel.windows' must list at least one window")]
    [InlineData(
        "answer: {column: out, map: {\"0\": x, \"1\": y}, allowed: [x, y], positive: y}", "answer: {kind: text, column: out}",
        "labels a window, but the answer is of kind text")]
    [InlineData("series: {paid: [p1, p2, p3]}", "series: {paid: p1}", "must be a list")]
    public void A_panel_that_does_not_fit_together_is_refused(string part, string replacement, string expected)
    {
        Panel.ShouldContain(part);

        Tables.MessageOf(() => Tables.Descriptor(Panel.Replace(part, replacement, StringComparison.Ordinal))).ShouldContain(expected);
    }

    [Fact]
    public void A_series_needs_a_panel() =>
        Tables.MessageOf(() => Tables.Descriptor(Tables.Loans.Replace("{name: note, label: Note,", "{name: note, series: notes,", StringComparison.Ordinal)))
            .ShouldContain("'fields[3].series' needs a 'panel' section");

    [Fact]
    public void An_answer_of_a_window_that_is_a_field_of_the_same_window_is_refused() =>
        Tables.MessageOf(
            () => Tables.Descriptor(Panel.Replace(
                "ends: 2024-01, answer: {series: paid, lead: 1", "ends: 2024-02, answer: {series: paid, lead: 1", StringComparison.Ordinal)
                .Replace("{ends: 2024-02}]", "{ends: 2024-03}]", StringComparison.Ordinal)
                .Replace("{name: age, kind: numeric}", "{name: age, column: p3, kind: numeric}", StringComparison.Ordinal)))
            .ShouldContain("uses the column 'p3' for 'age', but it is the answer's own column");

    [Theory]
    [InlineData("a: 1\na: 2", "line 2")]
    [InlineData("- a\n- b", "line 1: must be a mapping")]
    [InlineData("just words", "line 1: must be a mapping")]
    [InlineData("{[a]: b}", "line 1: is not a key here")]
    public void What_is_no_mapping_of_keys_is_refused(string yaml, string expected) =>
        Tables.MessageOf(() => DescriptorFile.Parse(yaml, "x.yaml")).ShouldContain(expected);
}
