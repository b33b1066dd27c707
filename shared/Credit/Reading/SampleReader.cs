using System.Security.Cryptography;
using System.Text;
using CsvHelper;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;

namespace ZiGong.Credit.Reading;

/// <summary>
/// Reads a table as its descriptor says, row by row in constant memory. A bad row becomes a <see cref="Rejection"/>; what makes the
/// whole file unreadable is an <see cref="InputException"/>. One line is one record: a quote that never closes spoils its own row only.
/// </summary>
public static class SampleReader
{
    /// <summary>Reads a file; for data sets without a key its content is hashed first.</summary>
    /// <exception cref="InputException">The file is missing, empty, not text, or lacks columns of the descriptor.</exception>
    public static IEnumerable<ReadResult> Read(DatasetDescriptor descriptor, string path, SubjectHasher hasher, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"There is no file {path}. Check the path; data set '{descriptor.Name}' reads {descriptor.Format.Kind} files.");
        }

        return ReadFile(descriptor, path, hasher, cancellation);
    }

    /// <summary>Reads a stream, which it leaves open.</summary>
    /// <param name="descriptor">The data set.</param>
    /// <param name="stream">The table, read once from front to end.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="contentHash">Hash of the content; part of row identity where the descriptor has no key.</param>
    /// <param name="hasher">Hashes the lender's ids.</param>
    /// <param name="cancellation">Stops between chunks of the source.</param>
    /// <exception cref="InputException">The table is empty, not text, or lacks columns of the descriptor.</exception>
    public static IEnumerable<ReadResult> Read(
        DatasetDescriptor descriptor, Stream stream, string name, string contentHash, SubjectHasher hasher, CancellationToken cancellation)
    {
        using var guard = new LineGuard(stream, name, cancellation);
        var mapper = new RowMapper(descriptor, hasher, contentHash);
        var preview = descriptor.Format.Kind == TableFormat.Arff ? "" : guard.PeekLine();
        var attributes = descriptor.Format.Kind == TableFormat.Arff ? ArffHeader.Read(guard, name) : null;
        var before = attributes is null ? 0 : attributes.Lines;
        using var csv = CsvReader.Create(Table(descriptor.Format, guard), Options(descriptor.Format), leaveOpen: true);
        csv.ReadHeader();
        var found = attributes?.Names ?? (descriptor.Format.Header ? [.. csv.Headers.Select(header => header.Trim())] : null);
        var (ordinals, width) = TableColumns.Resolve(mapper.Columns, found, descriptor.Format, name, preview);
        var results = new List<ReadResult>();
        var cells = new string[ordinals.Length];
        while (csv.Read())
        {
            var line = before + csv.LineNumber;
            while (guard.TakeFault(line) is { } earlier)
            {
                yield return new ReadResult(earlier.Line, null, earlier);
            }

            width = width == 0 ? TableColumns.Width(csv.FieldCount, ordinals, name, descriptor.Format, preview) : width;
            results.Clear();
            if (csv.FieldCount == width)
            {
                Fill(cells, csv, ordinals);
                mapper.Map(line, cells, results);
            }
            else
            {
                // Which cell is which nobody knows here, so none is shown.
                results.Add(new ReadResult(line, null, new Rejection(line, "", $"{csv.FieldCount} columns instead of {width}", "")));
            }

            foreach (var result in results)
            {
                yield return result;
            }
        }

        while (guard.TakeFault(long.MaxValue) is { } last)
        {
            yield return new ReadResult(last.Line, null, last);
        }
    }

    private static IEnumerable<ReadResult> ReadFile(DatasetDescriptor descriptor, string path, SubjectHasher hasher, CancellationToken cancellation)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        var hash = "";
        if (descriptor.Key.Count == 0)
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(stream));
            stream.Position = 0;
        }

        foreach (var result in Read(descriptor, stream, path, hash, hasher, cancellation))
        {
            yield return result;
        }
    }

    private static void Fill(string[] cells, CsvReader csv, int[] ordinals)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = csv.GetString(ordinals[i]);
        }
    }

    private static Stream Table(FormatDescriptor format, LineGuard guard) =>
        format.Kind == TableFormat.Whitespace ? new BlankRuns(guard) : guard;

    private static CsvReaderOptions Options(FormatDescriptor format) => new()
    {
        Separator = format.Kind switch { TableFormat.Whitespace => '\t', TableFormat.Arff => ',', _ => format.Delimiter },
        HasHeader = format.Header,
        Quote = format.Kind == TableFormat.Arff ? '\'' : '"',
        CommentPrefix = format.Kind == TableFormat.Arff ? '%' : null,
        TrimWhitespace = format.Kind == TableFormat.Arff, // blanks around ARFF's values mean nothing, and a quote may follow them
        AllowLineBreaksInQuotes = false,
        TrackLineNumbers = true,
        DetectSeparatorHint = false,
        PoolStrings = true,
        IncludeValuesInExceptions = false,
        Encoding = Encoding.UTF8,
    };
}
