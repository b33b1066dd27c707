-- What a fidelity run works on: the hash of its plan and how many pieces of which sort it has.
alter table zigong.runs add column plan jsonb;
