using System.Buffers;
using System.Globalization;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Reading;

/// <summary>When a row was observed, and when its answer could be known.</summary>
/// <param name="descriptor">The data set.</param>
/// <param name="time">Place of the time's cell, or −1.</param>
/// <param name="months">Place of the cell with months until the outcome, or −1.</param>
internal sealed class RowTimes(DatasetDescriptor descriptor, int time, int months, Refusals refusals)
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private (string? Text, DateTimeOffset Time) _last;

    /// <param name="windowTime">The time that all rows of the window share, or null.</param>
    public Rejection? Read(long line, ReadOnlySpan<string> cells, DateTimeOffset? windowTime, out DateTimeOffset? observedAt, out DateTimeOffset? labelKnownAt)
    {
        labelKnownAt = null;
        if (Observed(line, cells, windowTime, out observedAt) is { } undated)
        {
            return undated;
        }

        return observedAt is { } from ? Known(line, cells, from, out labelKnownAt) : null;
    }

    /// <summary>The time so many months later, with a month to spare for the window that it ends; null where the calendar ends before.</summary>
    public static DateTimeOffset? Later(DateTimeOffset time, int months) =>
        ((time.Year - 1) * 12L) + time.Month + months < DateTimeOffset.MaxValue.Year * 12L ? time.AddMonths(months) : null;

    private Rejection? Observed(long line, ReadOnlySpan<string> cells, DateTimeOffset? windowTime, out DateTimeOffset? observedAt)
    {
        observedAt = windowTime ?? descriptor.ObservedAt.Constant;
        if (time < 0)
        {
            return null;
        }

        var text = cells[time];
        if (text != _last.Text)
        {
            if (descriptor.Format.Missing.Contains(text.Trim()))
            {
                return refusals.Of(line, time, "the date is missing", cells);
            }

            var format = descriptor.ObservedAt.Format;
            if (!DateTimeOffset.TryParseExact(
                text.Trim(), format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read))
            {
                return refusals.Of(line, time, $"not a date of the form {format}", cells);
            }

            _last = (text, read);
        }

        observedAt = _last.Time;
        return null;
    }

    private Rejection? Known(long line, ReadOnlySpan<string> cells, DateTimeOffset from, out DateTimeOffset? labelKnownAt)
    {
        labelKnownAt = null;
        var horizon = descriptor.OutcomeHorizon?.Months ?? 0;
        if (months >= 0)
        {
            if (Months(cells[months]) is not { } more)
            {
                return refusals.Of(line, months, "not a number of months", cells);
            }

            horizon += more;
        }

        labelKnownAt = Later(from, horizon);
        return labelKnownAt is null
            ? refusals.Of(line, time >= 0 ? time : months, $"a date so late that no outcome can be known {horizon} months after it", cells)
            : null;
    }

    /// <summary>"36", or " 36 months" as some exports write it.</summary>
    private static int? Months(string text)
    {
        var digits = text.AsSpan().Trim();
        var unit = ReadOnlySpan<char>.Empty;
        if (digits.IndexOfAnyExceptInRange('0', '9') is var end and >= 0)
        {
            unit = digits[end..].TrimStart();
            digits = digits[..end];
        }

        var isMonths = unit.IsEmpty || (unit[0] is 'm' or 'M' && !unit.ContainsAnyExcept(Letters));
        return isMonths && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= OutcomeHorizonDescriptor.LongestMonths
            ? number
            : null;
    }
}
