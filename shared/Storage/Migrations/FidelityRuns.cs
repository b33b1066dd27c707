using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Runs that measure what scores are worth.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0014_fidelity_runs")]
public sealed class FidelityRuns : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0014_fidelity_runs.sql"));
}
