using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>What experiments somebody asked for, and how far each is.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0013_experiment_orders")]
public sealed class ExperimentOrders : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0013_experiment_orders.sql"));
}
