using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>Indexes for the looks of ingestion and sealing that repeat.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0009_sample_indexes")]
public sealed class SampleIndexes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0009_sample_indexes.sql"));
}
