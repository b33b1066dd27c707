using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>A database of code that kept its results in six tables and named them in units by their place: all is found again.</summary>
[Collection("runs")]
public sealed class ResultsMigrationTests
{
    private const string Said =
        """
        select coalesce(string_agg(concat_ws(' ', key, stage, kind, content, rows, parts, summary), E'\n' order by stage, key), '') from (
            select key, stage, kind, case when kind = 'rows' then '' else content end as content, rows, parts, summary from zigong.results
            where stage not in ('Scores', 'Dataset') and key not in (select result from zigong.work_units where stage in ('Agent', 'Tuning')
                and coalesce(output ->> 'Checkpoint', '') = '' and coalesce(output ->> 'Adapter', '') = '')) r
        """;

    /// <summary>What the code before wrote, from what the code of today has written.</summary>
    private const string Back =
        """
        create table zigong.checkpoints (checkpoint_id text primary key, ordinal integer not null, period_time double precision not null,
            learning_rate double precision not null, step bigint not null, weights text not null, state text not null, base text not null,
            loss double precision not null, saved_at timestamptz not null default now());
        create table zigong.gradient_shards (gradient_key text primary key, checkpoint_id text not null, shard_id text not null, artifact text not null,
            samples integer not null, mean_loss double precision not null, sketch_error double precision, sketch_spearman double precision,
            sketch_overlap double precision, extracted_at timestamptz not null default now());
        create table zigong.reference_means (reference_key text primary key, checkpoint_id text not null, artifact text not null, samples integer not null,
            averaged_at timestamptz not null default now());
        create table zigong.selections (selection_key text primary key, artifact text not null, kept integer not null, top integer not null,
            random integer not null, guarded integer not null, selected_at timestamptz not null default now());
        create table zigong.datasets (dataset_key text primary key, artifact text not null, instructions integer not null,
            templated_at timestamptz not null default now());
        create table zigong.adapters (adapter_key text primary key, artifact text not null, base text not null, steps bigint not null,
            loss double precision not null, trained_at timestamptz not null default now());
        alter table zigong.work_units add column artifacts text[] not null default '{}';
        insert into zigong.checkpoints select key, (summary ->> 'Ordinal')::int, (summary ->> 'PeriodTime')::float8, (summary ->> 'LearningRate')::float8,
            (summary ->> 'Step')::bigint, content, content, summary ->> 'Base', (summary ->> 'Loss')::float8
            from zigong.results where stage = 'Agent' and summary ? 'Ordinal';
        insert into zigong.gradient_shards select key, summary ->> 'Checkpoint', summary ->> 'Shard', content, (summary ->> 'Samples')::int,
            (summary ->> 'MeanLoss')::float8, (summary ->> 'SketchError')::float8, (summary ->> 'SketchSpearman')::float8, (summary ->> 'SketchOverlap')::float8
            from zigong.results where stage = 'Gradients';
        insert into zigong.reference_means select key, summary ->> 'Checkpoint', content, (summary ->> 'Samples')::int
            from zigong.results where stage = 'Reference';
        insert into zigong.selections select key, content, (summary ->> 'Kept')::int, (summary ->> 'Top')::int, (summary ->> 'Random')::int,
            (summary ->> 'Guarded')::int from zigong.results where stage = 'Selection';
        alter table zigong.selection_members add foreign key (selection_key) references zigong.selections;
        insert into zigong.datasets select key, content, (summary ->> 'Instructions')::int from zigong.results where stage = 'Dataset';
        insert into zigong.adapters select key, content, summary ->> 'Base', (summary ->> 'Steps')::bigint, (summary ->> 'Loss')::float8
            from zigong.results where stage = 'Tuning' and summary ? 'Base';
        update zigong.work_units u set artifacts = case
            when u.stage in ('Gradients', 'Selection') then array[r.content, r.key] when u.stage = 'Partials' then array[r.key]
            when u.stage = 'Evaluation' then r.parts when u.stage = 'Scores' then '{}'
            when u.unit = 'slice-0000' and u.stage = 'Agent' then r.content || r.parts
            else array[r.content] end
            from zigong.results r where r.key = u.result;
        alter table zigong.work_units drop column result;
        drop table zigong.results, zigong.scores;
        delete from zigong.migrations where "MigrationId" = '0015_results';
        """;

    [Fact]
    public async Task Every_unit_points_to_what_it_made_and_a_replay_finds_it()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        var said = await lab.TextAsync(Said);
        var pointed = (await lab.UnitsAsync(run)).Where(u => u.Stage is not nameof(Stage.Scores)).ToDictionary(u => (u.Stage, u.Unit), u => u.Result);
        await lab.ExecuteAsync(Back);

        await PipelineDatabase.MigrateAsync(lab.Source, default);

        (await lab.TextAsync(Said)).ShouldBe(said);
        foreach (var unit in (await lab.UnitsAsync(run)).Where(u => u.Stage != nameof(Stage.Scores) && !InTheMiddle(u)))
        {
            unit.Result.ShouldBe(pointed[(unit.Stage, unit.Unit)], $"{unit.Stage} {unit.Unit}");
        }

        // Nobody had kept scores: the selection has them added up first.
        await using var host = await lab.StartAsync();
        await host.Operations().ReplayAsync(run.From(Stage.Selection), Operators.Actor, default);
        await lab.EndAsync(run);
        var again = await lab.ProductsAsync(run);
        (again.Selection, again.Adapter).ShouldBe((expected.Selection, expected.Adapter));
        (await lab.UnitsAsync(run)).Single(u => u.Stage == nameof(Stage.Scores)).Result.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_training_in_the_middle_goes_on_from_its_state()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        await lab.ExecuteAsync(
            "delete from zigong.work_units where stage <> 'Snapshot' and (stage <> 'Agent' or unit > 'slice-0000'); "
            + "update zigong.runs set status = 'Running', finished_at = null");
        InTheMiddle((await lab.UnitsAsync(run)).Single(u => u.Stage == nameof(Stage.Agent))).ShouldBeTrue("the scenario trains a period in several slices");
        await lab.ExecuteAsync(Back);
        await lab.ExecuteAsync("delete from zigong.checkpoints");

        await PipelineDatabase.MigrateAsync(lab.Source, default);
        await lab.ResumeAsync(run);

        var again = await lab.ProductsAsync(run);
        (again.Selection, again.Dataset, again.Adapter).ShouldBe((expected.Selection, expected.Dataset, expected.Adapter));
    }

    private static bool InTheMiddle(WorkUnitRow unit) =>
        unit.Output is { } output
            && (output.Contains("\"Checkpoint\": \"\"", StringComparison.Ordinal) || output.Contains("\"Adapter\": \"\"", StringComparison.Ordinal));
}
