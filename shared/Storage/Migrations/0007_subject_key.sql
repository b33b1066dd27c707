-- Which key the borrowers' ids are hashed with: a process that has another one stops. The fingerprint says nothing about the key.
create table zigong.subject_key (
    name text primary key check (name = 'subjects'),
    fingerprint text not null,
    noted_at timestamptz not null default now()
);

-- Natural keys and hashes of files were plain hashes, which anybody can make of guessed ids. Only Ingest has the key: when it starts it hashes
-- them once more with it. Samples keep the ids that results refer to; a row that comes again meets its sample by natural key and content.
-- 0: still to be done (also what an earlier version writes beside this one); 1: done, the sample's id is of before; 3: written like this.
alter table zigong.samples add column identity smallint not null default 0;
create index samples_to_be_keyed on zigong.samples (sequence) where identity = 0;
create index samples_of_before on zigong.samples (dataset, natural_key) where identity < 3;
alter table zigong.rejections add column identity smallint not null default 0;
create index rejections_to_be_keyed on zigong.rejections (rejection_id) where identity = 0;

-- Refused rows were stored with the start of their line, or with a value that may name a borrower.
update zigong.rejections set value = '' where value <> '';
update zigong.uploads set error = 'the table does not fit its descriptor: upload it again to see why' where error like '%the header lacks%';
