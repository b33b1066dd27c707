using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Which samples came from which file.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0008_files")]
public sealed class Files : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0008_files.sql"));
}
