-- Experiments compare runs; what they found is computed from the runs whenever somebody asks.
create table zigong.experiments (
    id text primary key,
    name text not null,
    dataset text not null,
    plan jsonb not null,
    created_at timestamptz not null default now()
);

create table zigong.experiment_arms (
    experiment_id text not null references zigong.experiments,
    arm text not null,
    seed bigint not null,
    fold integer not null,
    -- An arm of two experiments is one run.
    run_id uuid not null references zigong.runs,
    primary key (experiment_id, arm, seed, fold)
);
create index experiment_arms_by_run on zigong.experiment_arms (run_id);
create index runs_of_experiments on zigong.runs (snapshot_id) where kind = 'experiment';
