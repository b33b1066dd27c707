-- An experiment goes on by itself: Control's sweep begins its arms, and whoever asked for it may be gone.
alter table zigong.experiments add column state text not null default 'Running';
alter table zigong.experiments add column parallel integer not null default 1;
alter table zigong.experiments add column failure jsonb;
alter table zigong.experiments add column finished_at timestamptz;

-- Until now the command that asked led an experiment on. None that it left may begin by itself: the same command asks for it again.
update zigong.experiments e set state = case
    when (select count(*) from zigong.experiment_arms a join zigong.runs r using (run_id) where a.experiment_id = e.id and r.status = 'Completed')
        >= jsonb_array_length(plan -> 'Arms') * jsonb_array_length(plan -> 'Seeds') * greatest(1, (plan ->> 'Folds')::int)
    then 'Done' else 'Cancelled' end;
create index experiments_running on zigong.experiments (id) where state = 'Running';

-- What somebody asked for, until it can be planned: for that there must be a snapshot of every fold, which Ingest seals.
create table zigong.experiment_orders (
    order_id uuid primary key,
    name text not null,
    dataset text not null,
    request jsonb not null,
    parallel integer not null,
    state text not null,
    -- By fold; empty while it is not sealed.
    snapshots text[] not null,
    attempts integer not null default 0,
    failure jsonb,
    experiment_id text references zigong.experiments,
    actor text not null default '',
    -- A request over HTTP that may come twice.
    idempotency_key text,
    body_hash text,
    ordered_at timestamptz not null default now()
);
create unique index experiment_orders_by_key on zigong.experiment_orders (actor, idempotency_key) where idempotency_key is not null;
create index experiment_orders_open on zigong.experiment_orders (ordered_at) where state = 'Open';
