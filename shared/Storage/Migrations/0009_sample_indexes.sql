-- What is looked up again and again: a subject's samples, those that wait to be cut, and which snapshot was the last.
create index samples_by_subject on zigong.samples (subject);
create index samples_uncut on zigong.samples (dataset, sequence) where shard_id is null;
create index snapshots_by_dataset on zigong.snapshots (dataset, sealed_at);
create index runs_by_snapshot on zigong.runs (snapshot_id);
