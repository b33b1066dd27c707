-- Which key the borrowers' ids are hashed with: a process that has another one stops. The fingerprint says nothing about the key.
create table zigong.subject_key (
    name text primary key check (name = 'subjects'),
    fingerprint text not null,
    noted_at timestamptz not null default now()
);
