using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Numbers of events that only rise.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0011_event_counter")]
public sealed class EventCounter : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0011_event_counter.sql"));
}
