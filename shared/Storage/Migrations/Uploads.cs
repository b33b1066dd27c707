using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Tables that came in over HTTP.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0003_uploads")]
public sealed class Uploads : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        using var stream = typeof(Uploads).Assembly.GetManifestResourceStream("0003_uploads.sql")
            ?? throw new InvalidOperationException("0003_uploads.sql is not embedded");
        using var reader = new StreamReader(stream);
        migrationBuilder.Sql(reader.ReadToEnd());
    }
}
