-- When the events that others wait for were handed to the broker; until then the sweeper sends them again.
alter table zigong.pipeline_events add column announced_at timestamptz;
update zigong.pipeline_events set announced_at = occurred_at;
create index pipeline_events_unannounced on zigong.pipeline_events (sequence) where announced_at is null;
