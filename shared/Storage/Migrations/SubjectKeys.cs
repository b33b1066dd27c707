using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ZiGong.Storage.Migrations;

/// <summary>The subject key's fingerprint, and nothing stored that leads to a borrower's id without that key.</summary>
[DbContext(typeof(PipelineDb))]
[Migration("0007_subject_key")]
public sealed class SubjectKeys : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(EmbeddedSql.Read("0007_subject_key.sql"));
}
