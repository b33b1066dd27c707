-- The version before cannot work on this schema: each of its units would fail three times, and its run with it.
do $$
begin
    if exists (select 1 from zigong.work_units where state = 'Leased' and lease_expires_at > now() and worker like 'service/%') then
        raise exception 'services of the version before are at work on this database: stop them all, wait a minute, then start this version';
    end if;
end
$$;

-- One table of results. A unit of work points to what it made; who builds upon the unit reads it there.
create table zigong.results (
    key text primary key,
    stage text not null,
    kind text not null,
    content text not null,
    rows integer,
    parts text[] not null default '{}',
    summary jsonb not null,
    version integer not null,
    made_at timestamptz not null default now()
);
create index results_by_content on zigong.results (content);
create index results_by_part on zigong.results using gin (parts);

-- TracSeq scores, one row for each shard of training samples.
create table zigong.scores (
    score_key text not null,
    shard_id text not null,
    samples uuid[] not null,
    scores double precision[] not null,
    primary key (score_key, shard_id)
);

alter table zigong.work_units add column result text references zigong.results;

-- What older code stored. Keys stay, so that runs of then find theirs.
insert into zigong.results (key, stage, kind, content, parts, summary, version, made_at)
select snapshot_id, 'Snapshot', 'file', encoding, '{}',
    jsonb_build_object('Training', training, 'Reference', reference, 'Test', test), 0, sealed_at
from zigong.snapshots;

insert into zigong.results (key, stage, kind, content, parts, summary, version, made_at)
select checkpoint_id, 'Agent', 'folder', state, case when base ~ '^[0-9a-f]{64}$' then array[base] else '{}' end,
    jsonb_build_object('Ordinal', ordinal, 'PeriodTime', period_time, 'LearningRate', learning_rate, 'Step', step, 'Base', base, 'Loss', loss), 0, saved_at
from zigong.checkpoints;

insert into zigong.results (key, stage, kind, content, summary, version, made_at)
select gradient_key, 'Gradients', 'file', artifact,
    jsonb_build_object(
        'Checkpoint', checkpoint_id, 'Shard', shard_id, 'Samples', samples, 'MeanLoss', mean_loss,
        'SketchError', sketch_error, 'SketchSpearman', sketch_spearman, 'SketchOverlap', sketch_overlap), 0, extracted_at
from zigong.gradient_shards;

insert into zigong.results (key, stage, kind, content, summary, version, made_at)
select reference_key, 'Reference', 'file', artifact, jsonb_build_object('Checkpoint', checkpoint_id, 'Samples', samples), 0, averaged_at
from zigong.reference_means;

insert into zigong.results (key, stage, kind, content, rows, summary, version)
select replace(score_key::text, '-', ''), 'Partials', 'rows', '', count(*), jsonb_build_object('Samples', count(*)), 0
from zigong.partial_scores group by score_key;

insert into zigong.results (key, stage, kind, content, summary, version, made_at)
select selection_key, 'Selection', 'file', artifact, jsonb_build_object('Kept', kept, 'Top', top, 'Random', random, 'Guarded', guarded), 0, selected_at
from zigong.selections;

-- Data sets of then say in the file itself why a sample was kept.
insert into zigong.results (key, stage, kind, content, summary, version, made_at)
select dataset_key, 'Dataset', 'file', artifact, jsonb_build_object('Instructions', instructions, 'Reasons', artifact), 0, templated_at
from zigong.datasets;

insert into zigong.results (key, stage, kind, content, parts, summary, version, made_at)
select adapter_key, 'Tuning', 'folder', artifact, '{}', jsonb_build_object('Base', base, 'Steps', steps, 'Loss', loss), 0, trained_at
from zigong.adapters;

insert into zigong.results (key, stage, kind, content, rows, parts, summary, version, made_at)
select evaluation_key, 'Evaluation', 'rows', '', 1,
    array_remove(array[report #>> '{Lineage,Predictions}', report #>> '{Lineage,ScorecardPredictions}'], null),
    jsonb_build_object(
        'Champion', champion, 'Passed', passed, 'Ks', report #> '{Model,Values,Ks,Value}', 'Auc', report #> '{Model,Values,Auc,Value}',
        'Accuracy', coalesce(report #> '{AllAnswers,Model,Accuracy,Value}', report #> '{Model,Values,Acc,Value}'),
        'Miss', report #> '{Model,Values,Miss,Value}'), 0, evaluated_at
from zigong.evaluations;

-- Trainings in the middle.
insert into zigong.results (key, stage, kind, content, summary, version)
select distinct on (artifacts[1]) 'state ' || artifacts[1], stage, 'folder', artifacts[1],
    jsonb_build_object('Step', (output ->> 'Step')::int, 'Loss', coalesce((output ->> 'Loss')::float8, 0)), 0
from zigong.work_units
where state = 'Done' and stage in ('Agent', 'Tuning') and cardinality(artifacts) > 0
  and coalesce(output ->> 'Checkpoint', '') = '' and coalesce(output ->> 'Adapter', '') = '';

-- Units of then named their results by place: a file first, a key behind it.
update zigong.work_units u set result = r.key
from zigong.results r
where u.state = 'Done' and r.stage = u.stage and r.key = case u.stage
    when 'Snapshot' then (select snapshot_id from zigong.runs where run_id = u.run_id)
    when 'Agent' then coalesce(nullif(u.output ->> 'Checkpoint', ''), 'state ' || u.artifacts[1])
    when 'Gradients' then u.artifacts[2]
    when 'Partials' then u.artifacts[1]
    when 'Selection' then u.artifacts[2]
    when 'Evaluation' then u.output ->> 'Evaluation'
    when 'Tuning' then case when coalesce(u.output ->> 'Adapter', '') = '' then 'state ' || u.artifacts[1] end
end;
update zigong.work_units u set result = r.key
from zigong.results r
where u.state = 'Done' and u.result is null and u.stage in ('Gradients', 'Reference', 'Dataset', 'Tuning')
  and r.stage = u.stage and r.content = u.artifacts[1]
  and (u.stage <> 'Gradients' or (r.summary ->> 'Checkpoint') || '/' || (r.summary ->> 'Shard') = u.unit)
  and (u.stage <> 'Reference' or r.summary ->> 'Checkpoint' = u.unit);

-- Scores were added up whenever somebody asked. A run that goes on adds them up once more, in seconds, and keeps them.
update zigong.work_units u set state = 'Pending'
from zigong.runs r
where u.run_id = r.run_id and u.stage = 'Scores' and u.state = 'Done' and r.status = 'Running'
  and not exists (select 1 from zigong.work_units s where s.run_id = u.run_id and s.stage = 'Selection' and s.state = 'Done');

alter table zigong.selection_members drop constraint selection_members_selection_key_fkey;
alter table zigong.work_units drop column artifacts;
drop table zigong.checkpoints, zigong.gradient_shards, zigong.reference_means, zigong.selections, zigong.datasets, zigong.adapters;
