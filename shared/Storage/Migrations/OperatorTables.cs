using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>What operators need: the pause, dead letters, and the stage that a replay has computed anew.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0002_operations")]
public sealed class OperatorTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0002_operations.sql"));
}
