using System.Globalization;
using System.Text.RegularExpressions;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.Credit.Templates;

namespace ZiGong.Credit.Reading;

/// <summary>
/// Turns the cells of one row into samples or rejections as a descriptor says. Used by the file reader and by whoever gets rows
/// in another way. Not thread safe.
/// </summary>
public sealed class RowMapper
{
    internal const string NotUtf8 = "not UTF-8 text";

    private const int ShownLength = 60;

    private readonly DatasetDescriptor _descriptor;
    private readonly RowIdentity _identity;
    private readonly Refusals _refusals;
    private readonly List<string> _columns = [];
    private readonly (int Column, HashSet<string> Values, Regex? Pattern)[] _filters;
    private readonly WindowPlan[] _windows;
    private readonly RowTimes _times;

    /// <param name="descriptor">The data set.</param>
    /// <param name="hasher">Hashes the lender's ids.</param>
    /// <param name="source">Hash of the source's content; identifies rows of data sets without a key, with the line.</param>
    public RowMapper(DatasetDescriptor descriptor, SubjectHasher hasher, string source)
    {
        _descriptor = descriptor;
        var subject = Column(descriptor.Subject);
        int[] key = [.. descriptor.Key.Select(Column)];
        _refusals = new Refusals(_columns, key.Append(subject).Where(column => column >= 0).ToHashSet());
        _identity = new RowIdentity(descriptor, hasher, source, key, subject, _refusals);
        _times = new RowTimes(descriptor, Column(descriptor.ObservedAt.Column), Column(descriptor.OutcomeHorizon?.Column), _refusals);
        _filters =
        [
            .. descriptor.Filters.Select(filter => (
                Column(filter.Column),
                filter.In.ToHashSet(StringComparer.Ordinal),
                filter.Matches is { } pattern ? new Regex($"^(?:{pattern})$", RegexOptions.NonBacktracking) : null)),
        ];
        _windows = descriptor.Windows.Count == 0
            ? [.. descriptor.Tasks.Select(task => Plan(null, task.Fields.ToDictionary(f => f.Name, f => f.Column, StringComparer.Ordinal), task, task.Answer))]
            : [.. descriptor.Windows.Select(window => Plan(window.ObservedAt, window.Columns, descriptor, window.Answer))];
    }

    /// <summary>The columns a row must bring, in the order of the cells.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>Maps one row, adding one result per observation window and task, or one in all if the row is refused or filtered.</summary>
    /// <param name="line">Line of the row, for rejections and for rows without a key.</param>
    /// <param name="cells">Values in the order of <see cref="Columns"/>.</param>
    /// <param name="results">Takes the results.</param>
    public void Map(long line, ReadOnlySpan<string> cells, List<ReadResult> results)
    {
        if (!Passes(cells))
        {
            results.Add(new ReadResult(line, null, null));
            return;
        }

        if (_identity.Read(line, cells, out var key, out var subject) is { } unnamed)
        {
            results.Add(new ReadResult(line, null, unnamed));
            return;
        }

        Rejection? previous = null;
        foreach (var window in _windows)
        {
            var result = MapWindow(line, cells, window, key, subject);
            if (result.Rejection is null || result.Rejection != previous)
            {
                results.Add(result);
            }

            previous = result.Rejection ?? previous;
        }
    }

    /// <summary>A value fit for a message: one line, at most 60 characters.</summary>
    public static string Shorten(string value)
    {
        var shown = value.Length > ShownLength ? $"{value.AsSpan(0, ShownLength)}…" : value;
        return string.Concat(shown.Select(c => char.IsControl(c) ? '·' : c));
    }

    private ReadResult MapWindow(long line, ReadOnlySpan<string> cells, WindowPlan window, string[] key, string subject)
    {
        if (_times.Read(line, cells, window.ObservedAt, out var observedAt, out var labelKnownAt) is { } untimely)
        {
            return new ReadResult(line, null, untimely);
        }

        if (Answer(line, cells, window, out var answer) is { } wrong)
        {
            return new ReadResult(line, null, wrong);
        }

        var fields = new Dictionary<string, string>(window.Fields.Length, StringComparer.Ordinal);
        foreach (var plan in window.Fields)
        {
            if (FieldValue(line, cells, plan, fields) is { } bad)
            {
                return new ReadResult(line, null, bad);
            }
        }

        var naturalKey = _identity.NaturalKey(window.Task, key, observedAt);
        if (window.Free?.Write(fields, naturalKey, out answer) is { } missing)
        {
            return new ReadResult(line, null, new Rejection(line, missing, "the answer needs this field, but it is missing", ""));
        }

        var sample = _identity.SampleOf(window.Task, subject, naturalKey, fields, answer, observedAt, labelKnownAt);
        return new ReadResult(line, sample, null) { FormerKey = _identity.FormerKey(window.Task, key, observedAt) };
    }

    private bool Passes(ReadOnlySpan<string> cells)
    {
        foreach (var (column, values, pattern) in _filters)
        {
            var value = cells[column].Trim();
            if (pattern is null ? !values.Contains(value) : !pattern.IsMatch(value))
            {
                return false;
            }
        }

        return true;
    }

    private Rejection? Answer(long line, ReadOnlySpan<string> cells, WindowPlan window, out string answer)
    {
        var rule = window.Answer;
        answer = "";
        if (window.Free is not null)
        {
            return null; // made when the fields are there
        }

        var value = cells[window.AnswerColumn].Trim();
        if (_descriptor.Format.Missing.Contains(value))
        {
            return _refusals.Of(line, window.AnswerColumn, "the label is missing", cells);
        }

        if (rule.IsFree)
        {
            answer = value;
            return value.Contains('\uFFFD') ? _refusals.Of(line, window.AnswerColumn, NotUtf8, cells) : null;
        }

        if (rule.AtLeast is { } least)
        {
            if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            {
                return _refusals.Of(line, window.AnswerColumn, "not a number", cells);
            }

            answer = number >= least ? rule.Positive : window.Negative;
            return null;
        }

        if (rule.Map.TryGetValue(value, out var mapped))
        {
            answer = mapped;
            return null;
        }

        return _refusals.Of(line, window.AnswerColumn, $"unknown label; known are {string.Join(", ", rule.Map.Keys)}", cells);
    }

    private Rejection? FieldValue(long line, ReadOnlySpan<string> cells, FieldPlan plan, Dictionary<string, string> fields)
    {
        var value = cells[plan.Column].Trim();
        if (plan.Field.Missing.Contains(value))
        {
            return null;
        }

        if (plan.Field.Kind == FieldKind.Numeric)
        {
            if (Numbers.Canonical(value) is not { } number)
            {
                return _refusals.Of(line, plan.Column, "not a number", cells);
            }

            fields.Add(plan.Field.Name, number);
            return null;
        }

        if (plan.Field.Codes.Count > 0 && !plan.Field.Codes.ContainsKey(value))
        {
            return _refusals.Of(line, plan.Column, $"unknown code; the code book has {Known(plan.Field)}", cells);
        }

        if (value.Contains('\uFFFD'))
        {
            return _refusals.Of(line, plan.Column, NotUtf8, cells);
        }

        fields.Add(plan.Field.Name, value);
        return null;
    }

    private static string Known(FieldDescriptor field) =>
        Shorten(string.Join(", ", field.Codes.Keys));

    private WindowPlan Plan(DateTimeOffset? observedAt, IReadOnlyDictionary<string, string> columns, DatasetDescriptor task, AnswerDescriptor answer) => new(
        task.Task,
        answer is { IsFree: true, Column: "" } ? new FreeAnswers(task) : null,
        observedAt,
        [.. _descriptor.Fields.Select(f => new FieldPlan(f, Column(columns[f.Name])))],
        answer.Column.Length > 0 ? Column(answer.Column) : -1,
        answer,
        answer.Allowed.FirstOrDefault(word => word != answer.Positive, ""));

    private int Column(string? name)
    {
        if (name is null)
        {
            return -1;
        }

        var index = _columns.IndexOf(name);
        if (index < 0)
        {
            index = _columns.Count;
            _columns.Add(name);
        }

        return index;
    }

    private sealed record FieldPlan(FieldDescriptor Field, int Column);

    private sealed record WindowPlan(
        string Task, FreeAnswers? Free, DateTimeOffset? ObservedAt, FieldPlan[] Fields, int AnswerColumn, AnswerDescriptor Answer, string Negative);
}
