using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>One table of results that units point to; TracSeq scores are stored.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0015_results")]
public sealed class Results : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0015_results.sql"));
}
