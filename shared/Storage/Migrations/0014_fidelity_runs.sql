-- What a fidelity run works on: the hash of its plan and how many pieces of which sort it has.
alter table zigong.runs add column plan jsonb;

-- What pieces came to, by the hash of everything that it follows from: an equal piece of another run finds it.
create table zigong.fidelity_outcomes (
    outcome_key text primary key,
    artifact text not null
);
