using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>The first schema, written as the SQL that a database administrator would read.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0001_initial")]
public sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        using var stream = typeof(Initial).Assembly.GetManifestResourceStream("0001_initial.sql")
            ?? throw new InvalidOperationException("0001_initial.sql is not embedded");
        using var reader = new StreamReader(stream);
        migrationBuilder.Sql(reader.ReadToEnd());
    }
}
