-- Indexes for what sweeper, gauges, followers and lists look at again and again; FlowTests' RepeatedLooksTests explains each of them.

-- Ends of runs that nobody has been told of. The one before held every event, since only these are ever announced.
create index pipeline_events_unheard on zigong.pipeline_events (sequence)
    where announced_at is null and type in ('ModelReady', 'ModelRejected', 'StageFailed', 'RunCancelled');
drop index zigong.pipeline_events_unannounced;

create index pipeline_events_by_run on zigong.pipeline_events (run_id, sequence);
create index work_units_at_work on zigong.work_units (run_id) where state = 'Leased';
create index work_units_failed on zigong.work_units (run_id) where state = 'Failed';
create index runs_asked_for on zigong.runs (run_id) where kind <> 'experiment';
create index models_by_run on zigong.models (run_id);
create index reference_means_by_checkpoint on zigong.reference_means (checkpoint_id);
