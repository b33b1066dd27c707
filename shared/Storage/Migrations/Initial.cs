using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>The first schema, written as the SQL that a database administrator would read.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0001_initial")]
public sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0001_initial.sql"));
}
