using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Every look that repeats has an index that fits.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0012_repeated_looks")]
public sealed class RepeatedLooks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0012_repeated_looks.sql"));
}
