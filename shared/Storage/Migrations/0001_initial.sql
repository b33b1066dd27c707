create table zigong.subjects (
    subject text primary key,
    pool smallint not null,
    first_seen_at timestamptz not null default now()
);

create sequence zigong.sample_arrivals;

create table zigong.samples (
    sample_id uuid primary key,
    sequence bigint generated always as identity unique,
    -- The last time this very content came in: what came last stands, also when a correction is taken back.
    arrival bigint not null default nextval('zigong.sample_arrivals'),
    dataset text not null,
    task text not null,
    subject text not null references zigong.subjects,
    natural_key text not null,
    fields jsonb not null,
    answer text not null,
    observed_at timestamptz,
    label_known_at timestamptz,
    arrived_at timestamptz not null,
    superseded_by uuid,
    shard_id text
);
create index samples_by_natural_key on zigong.samples (dataset, natural_key);
create index samples_by_dataset on zigong.samples (dataset, sequence);
create index samples_by_shard on zigong.samples (shard_id, sequence);

create table zigong.rejections (
    rejection_id bigint generated always as identity primary key,
    dataset text not null,
    file_hash text not null,
    file_name text not null,
    line bigint not null,
    field text not null,
    reason text not null,
    value text not null,
    rejected_at timestamptz not null default now(),
    unique (dataset, file_hash, line, field)
);

create table zigong.shards (
    shard_id text primary key,
    dataset text not null,
    pool smallint not null,
    first_sequence bigint not null,
    last_sequence bigint not null,
    samples integer not null,
    cut_at timestamptz not null default now()
);
create index shards_by_dataset on zigong.shards (dataset, first_sequence);

create table zigong.snapshots (
    snapshot_id text primary key,
    dataset text not null,
    descriptor text not null,
    watermark bigint not null,
    as_of double precision not null,
    periods jsonb not null,
    decay_identified boolean not null,
    encoding text not null,
    training_shards text[] not null,
    reference_shards text[] not null,
    training integer not null,
    reference integer not null,
    test integer not null,
    notes jsonb not null,
    sealed_at timestamptz not null default now()
);

create table zigong.snapshot_members (
    snapshot_id text not null references zigong.snapshots,
    sample_id uuid not null references zigong.samples,
    side smallint not null,
    period integer not null,
    primary key (snapshot_id, sample_id)
);

create table zigong.runs (
    run_id uuid primary key,
    kind text not null,
    parent_run uuid,
    dataset text not null,
    descriptor text not null,
    snapshot_id text,
    options jsonb not null,
    generation integer not null default 1,
    status text not null,
    failure jsonb,
    code_version text not null,
    requested_at timestamptz not null default now(),
    finished_at timestamptz
);
create index runs_by_status on zigong.runs (status);

create table zigong.work_units (
    run_id uuid not null references zigong.runs,
    stage text not null,
    unit text not null,
    state text not null,
    generation integer not null,
    lease_token uuid,
    lease_expires_at timestamptz,
    worker text,
    attempts integer not null default 0,
    next_attempt_at timestamptz,
    recompute boolean not null default false,
    reused boolean not null default false,
    done double precision not null default 0,
    total double precision not null default 0,
    artifacts text[] not null default '{}',
    output jsonb,
    error text,
    started_at timestamptz,
    finished_at timestamptz,
    primary key (run_id, stage, unit)
);

create table zigong.checkpoints (
    checkpoint_id text primary key,
    ordinal integer not null,
    period_time double precision not null,
    learning_rate double precision not null,
    step bigint not null,
    weights text not null,
    state text not null,
    base text not null,
    loss double precision not null,
    saved_at timestamptz not null default now()
);

create table zigong.gradient_shards (
    gradient_key text primary key,
    checkpoint_id text not null,
    shard_id text not null,
    artifact text not null,
    samples integer not null,
    mean_loss double precision not null,
    sketch_error double precision,
    sketch_spearman double precision,
    sketch_overlap double precision,
    extracted_at timestamptz not null default now()
);

create table zigong.reference_means (
    reference_key text primary key,
    checkpoint_id text not null,
    artifact text not null,
    samples integer not null,
    averaged_at timestamptz not null default now()
);

create table zigong.partial_scores (
    score_key uuid not null,
    sample_id uuid not null,
    value double precision not null,
    loss double precision not null,
    primary key (score_key, sample_id)
);

create table zigong.selections (
    selection_key text primary key,
    artifact text not null,
    kept integer not null,
    top integer not null,
    random integer not null,
    guarded integer not null,
    selected_at timestamptz not null default now()
);

create table zigong.selection_members (
    selection_key text not null references zigong.selections,
    sample_id uuid not null,
    rank integer not null,
    score double precision not null,
    reason text not null,
    primary key (selection_key, sample_id)
);

create table zigong.datasets (
    dataset_key text primary key,
    artifact text not null,
    instructions integer not null,
    templated_at timestamptz not null default now()
);

create table zigong.adapters (
    adapter_key text primary key,
    artifact text not null,
    base text not null,
    steps bigint not null,
    loss double precision not null,
    trained_at timestamptz not null default now()
);

create table zigong.evaluations (
    evaluation_key text primary key,
    run_id uuid not null,
    champion text,
    metrics jsonb not null,
    report jsonb not null,
    passed boolean not null,
    evaluated_at timestamptz not null default now()
);

create table zigong.models (
    model_id text primary key,
    dataset text not null,
    run_id uuid not null,
    snapshot_watermark bigint not null,
    adapter text not null,
    adapter_uri text not null,
    base text not null,
    encoding text not null,
    state text not null,
    metrics jsonb not null,
    registered_at timestamptz not null default now()
);
create unique index one_champion_per_dataset on zigong.models (dataset) where state = 'champion';

create table zigong.pipeline_events (
    sequence bigint primary key,
    message_id uuid not null,
    run_id uuid not null,
    generation integer not null,
    type text not null,
    unit text not null,
    payload jsonb not null,
    occurred_at timestamptz not null default now(),
    unique (run_id, generation, type, unit)
);

create table zigong.audit (
    audit_id bigint generated always as identity primary key,
    actor text not null,
    action text not null,
    target text not null,
    details jsonb not null,
    occurred_at timestamptz not null default now()
);
