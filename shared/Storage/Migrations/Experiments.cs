using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Experiments and which run is which of their arms.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0006_experiments")]
public sealed class Experiments : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0006_experiments.sql"));
}
