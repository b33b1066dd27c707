-- One row: the pipeline hands out units unless it is paused.
create table zigong.pipeline_switch (
    name text primary key check (name = 'pipeline'),
    paused boolean not null,
    reason text not null,
    changed_by text not null,
    changed_at timestamptz not null default now()
);
insert into zigong.pipeline_switch (name, paused, reason, changed_by) values ('pipeline', false, '', '');

-- A stage whose units are computed whatever their keys say, since a replay asked for it.
alter table zigong.runs add column recompute_stage text;

create table zigong.dead_letters (
    id bigint generated always as identity primary key,
    queue text not null,
    message_type text not null,
    message_id uuid,
    run_id uuid,
    body bytea not null,
    exception text not null,
    received_at timestamptz not null default now(),
    state text not null default 'Open',
    reason text,
    handled_by text,
    handled_at timestamptz
);
create index dead_letters_by_state on zigong.dead_letters (state, id);
