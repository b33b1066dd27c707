using Npgsql;

namespace ZiGong.FlowTests.Harness;

/// <summary>What somebody sees who has stolen the database.</summary>
internal static class EverythingStored
{
    /// <summary>Every row of every table as text, all columns in it.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(NpgsqlDataSource source)
    {
        var rows = new List<string>();
        foreach (var table in await ColumnAsync(source, "select table_name from information_schema.tables where table_schema = 'zigong'"))
        {
            rows.AddRange(await ColumnAsync(source, $"select t::text from zigong.{table} t"));
        }

        return rows;
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
