-- Tables that came in over HTTP: the file lies in the artifact store, Ingest takes it in from there.
create table zigong.uploads (
    upload_id uuid primary key,
    dataset text not null,
    descriptor text not null,
    file_name text not null,
    artifact text not null,
    bytes bigint not null,
    state text not null,
    attempts integer not null default 0,
    read bigint not null default 0,
    added bigint not null default 0,
    unchanged bigint not null default 0,
    superseded bigint not null default 0,
    rejected bigint not null default 0,
    filtered bigint not null default 0,
    error text,
    uploaded_by text not null,
    uploaded_at timestamptz not null default now(),
    finished_at timestamptz,
    -- How often the ingestion was ordered, and when it will be again if nobody finishes it.
    orders integer not null default 0,
    next_order_at timestamptz not null default now()
);
create index uploads_unfinished on zigong.uploads (next_order_at) where state = 'Stored';
