using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest;
using ZiGong.Ingest.Files;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>Whoever has the database but not the key makes all hashes of every id that a borrower may have, and looks them up.</summary>
[Collection("light")]
public sealed class GuessedIdTests : IAsyncLifetime
{
    private const int Borrowers = 2000;
    private const string Yaml = """
        name: book
        task: credit-scoring
        format: {kind: csv}
        subject: id
        key: [id]
        observed_at: {column: month, format: yyyy-MM}
        fields: [{name: income, kind: numeric}]
        answer: {column: bad, map: {"0": good, "1": bad}}
        """;

    private static readonly DatasetDescriptor Book = DescriptorFile.Parse(Yaml, "book.yaml");
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task No_id_is_found_by_hashing_all_that_there_may_be()
    {
        var table = WriteBook(Enumerable.Range(1, Borrowers).Select(Row).Append("12,2024-01,,broken").Append("13,not-a-month,1,0"));
        (await IngestAsync(table)).Rejected.ShouldBe(2);

        (await RecoveredAsync()).ShouldBeEmpty();
        (await RecoveredBySampleAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_correction_of_one_row_is_not_found_by_hashing_all_files_that_there_may_be()
    {
        await IngestAsync(WriteBook([Row(4711), "4711,2024-01,x,0"]));
        var hashes = await HexesAsync();
        Enumerable.Range(1, 5000).Where(id => hashes.Contains(ContentHash.Of(Encoding.UTF8.GetBytes(Text([Row(id), $"{id},2024-01,x,0"]))))).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_earlier_version_stored_is_hashed_with_the_key_and_meets_the_rows_of_now()
    {
        var table = WriteBook(Enumerable.Range(1, 300).Select(Row).Append("12,2024-01,1,broken"));
        await IngestAsync(table);
        await MakeEarlierAsync(table);
        (await RecoveredAsync()).Count.ShouldBe(300, "the attack finds ids where there are any to be found");
        (await RecoveredBySampleAsync()).Count.ShouldBe(20);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SubjectKey.OpenAsync(_lab.Options.SubjectKeyFile, _lab.Source, default)));

        (await RecoveredAsync()).ShouldBeEmpty();
        var again = await IngestAsync(table);
        (again.Added, again.Unchanged, again.Superseded).ShouldBe((0, 300, 0));
        (await _lab.CountAsync("select count(*) from zigong.rejections")).ShouldBe(1);
        var corrected = await IngestAsync(WriteBook(["7,2024-02,99999,1"]));
        (corrected.Added, corrected.Superseded).ShouldBe((1, 1));
        await using var db = _lab.NewContext();
        (await db.Audit.Where(a => a.Action == "key hashes").Select(a => a.Details).SingleAsync()).ShouldBe("{\"samples\": 300, \"rejections\": 1}");
    }

    [Fact]
    public async Task Hashing_anew_goes_on_where_it_was_interrupted()
    {
        var table = WriteBook(Enumerable.Range(1, 50).Select(Row));
        await IngestAsync(table);
        await MakeEarlierAsync(table);
        await _lab.ExecuteAsync("create table half as select sample_id, natural_key from zigong.samples order by sequence limit 20");
        await SubjectKey.OpenAsync(_lab.Options.SubjectKeyFile, _lab.Source, default);
        var whole = await KeysAsync();
        await _lab.ExecuteAsync("update zigong.samples s set natural_key = h.natural_key, identity = 0 from half h where h.sample_id = s.sample_id");

        await SubjectKey.OpenAsync(_lab.Options.SubjectKeyFile, _lab.Source, default);

        (await KeysAsync()).ShouldBe(whole);
    }

    private static string Row(int id) => string.Create(CultureInfo.InvariantCulture, $"{id},2024-{(id % 12) + 1:00},{1000 + (id * 7)},{id % 2}");

    private static string Text(IEnumerable<string> rows) => string.Concat(rows.Prepend("id,month,income,bad").Select(row => row + "\n"));

    private string WriteBook(IEnumerable<string> rows)
    {
        var path = Path.Combine(_lab.Folder, "book.csv");
        File.WriteAllText(path, Text(rows));
        return path;
    }

    private Task<IngestSummary> IngestAsync(string table) =>
        new FileIngestion(_lab.Source, Hasher, TimeProvider.System).RunAsync(Book, table, null, default);

    private SubjectHasher Hasher => SubjectHasher.FromFile(_lab.Options.SubjectKeyFile);

    /// <summary>The attack: ids whose hashes, of themselves or with the data set, the task and a month, stand anywhere in the database.</summary>
    private async Task<List<int>> RecoveredAsync()
    {
        var hashes = await HexesAsync();
        await using var db = _lab.NewContext();
        var months = (await db.Samples.Select(s => s.ObservedAt).Distinct().ToListAsync()).Append(null).ToList();
        return [.. Ids().Where(id => Plain(id).Concat(months.Select(month => NameOf(id, month))).Any(hashes.Contains))];
    }

    /// <summary>And those that, with all that stands in a sample's row in clear, give that sample's own id.</summary>
    private async Task<List<int>> RecoveredBySampleAsync()
    {
        await using var db = _lab.NewContext();
        var rows = (await db.Samples.OrderBy(s => s.Sequence).Take(20).ToListAsync()).ConvertAll(r => r.ToSample());
        return [.. Ids().Where(id => rows.Any(row =>
            new[] { NameOf(id, row.ObservedAt), NameOf(id, null) }.Any(name => SampleIdentity.Of(row with { NaturalKey = name }) == row.Id)))];
    }

    private static IEnumerable<int> Ids() => Enumerable.Range(1, Borrowers);

    private static string NameOf(int id, DateTimeOffset? month) =>
        new SampleIdentity().NaturalKey(Book.Name, Book.Task, [id.ToString(CultureInfo.InvariantCulture)], month);

    private static IEnumerable<string> Plain(int number)
    {
        var id = number.ToString(CultureInfo.InvariantCulture);
        return new[] { id, $"book\u001f{id}", $"book{id}", $"{id}\n" }.Select(Encoding.UTF8.GetBytes)
            .SelectMany(bytes => new[] { ContentHash.Of(bytes), ContentHash.Of(bytes)[..32], Convert.ToHexStringLower(MD5.HashData(bytes)) })
            .Concat([ContentHash.Of([id]), ContentHash.Id([id]), ContentHash.Of(["book", id]), ContentHash.Id(["book", id])]);
    }

    /// <summary>All that looks like a hash in any column of any table.</summary>
    private async Task<HashSet<string>> HexesAsync()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in await EverythingStored.RowsAsync(_lab.Source))
        {
            found.UnionWith(Regex.Matches(row.Replace("-", "", StringComparison.Ordinal), "[0-9a-f]{32,64}").Select(m => m.Value));
        }

        return found;
    }

    /// <summary>Makes the rows what an earlier version would have written.</summary>
    private async Task MakeEarlierAsync(string table)
    {
        await using var db = _lab.NewContext();
        var rows = (await db.Samples.ToListAsync()).ToDictionary(r => r.NaturalKey, r => r.ToSample());
        foreach (var line in (await File.ReadAllLinesAsync(table)).Skip(1).Where(l => !l.EndsWith("broken", StringComparison.Ordinal)))
        {
            var cells = line.Split(',');
            var month = DateTimeOffset.ParseExact(cells[1], "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            var name = new SampleIdentity().NaturalKey(Book.Name, Book.Task, [cells[0]], month);
            var sample = rows.Values.Single(s => s.Subject == Hasher.Hash("book", cells[0]));
            await _lab.ExecuteAsync(
                $"update zigong.samples set natural_key = '{name}', identity = 0, sample_id = '{SampleIdentity.Of(sample with { NaturalKey = name })}' where sample_id = '{sample.Id}'");
        }

        var hash = ContentHash.Of(await File.ReadAllBytesAsync(table));
        await _lab.ExecuteAsync($"update zigong.rejections set file_hash = '{hash}', identity = 0");
    }

    private async Task<List<string>> KeysAsync()
    {
        await using var db = _lab.NewContext();
        return await db.Samples.OrderBy(s => s.Sequence).Select(s => s.NaturalKey).ToListAsync();
    }
}
