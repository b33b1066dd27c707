-- The number of the newest event that ever was: one row, updated under a lock held to commit, and never lowered when events are deleted.
create table zigong.event_counter (
    name text primary key check (name = 'events'),
    last bigint not null
);
insert into zigong.event_counter (name, last) select 'events', coalesce(max(sequence), 0) from zigong.pipeline_events;
