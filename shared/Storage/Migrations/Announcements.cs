using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Which events the broker has.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0004_announcements")]
public sealed class Announcements : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0004_announcements.sql"));
}
