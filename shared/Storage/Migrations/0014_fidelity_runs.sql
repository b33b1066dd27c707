-- What a fidelity run works on: the hash of its plan and how many pieces of which sort it has.
alter table zigong.runs add column plan jsonb;
create index runs_by_plan on zigong.runs ((plan ->> 'Artifact')) where plan is not null;
