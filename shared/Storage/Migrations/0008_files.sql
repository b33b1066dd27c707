-- Tables that were taken in, by the keyed hash of their content, and which samples each gave, in the file's order: so that a file can be taken back.
create table zigong.files (
    file_id bigint generated always as identity primary key,
    dataset text not null,
    file_hash text not null,
    file_name text not null,
    -- Its place in the order of arrivals: when it was taken in last.
    arrival bigint not null default nextval('zigong.sample_arrivals'),
    taken_in_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    unique (dataset, file_hash)
);
create index files_by_hash on zigong.files (file_hash);

create table zigong.file_samples (
    file_id bigint not null references zigong.files,
    part integer not null,
    samples uuid[] not null,
    primary key (file_id, part)
);

-- Since when no file stands for the sample any more; of samples that earlier versions took in no file is known.
alter table zigong.samples add column withdrawn_at timestamptz;
alter table zigong.uploads add column file_id bigint references zigong.files;
alter table zigong.uploads add column moved bigint not null default 0;
alter table zigong.uploads add column apart boolean not null default false;

-- A table with few rows is found by its hash, trying ids: kept only while the table itself waits.
update zigong.uploads set artifact = '' where state <> 'Stored';
update zigong.audit set details = details - 'Artifact' where action = 'upload';
