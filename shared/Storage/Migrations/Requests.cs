using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Who waits for a run, since when, and which request it came from.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0005_requests")]
public sealed class Requests : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0005_requests.sql"));
}
