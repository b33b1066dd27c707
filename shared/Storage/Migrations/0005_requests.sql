-- No unit of a run has been waiting since before this: when it was requested, or set going again.
alter table zigong.runs add column ordered_at timestamptz not null default now();
update zigong.runs set ordered_at = requested_at;

-- Asked for over a broker: its end is announced there, and by nobody else.
alter table zigong.runs add column over_broker boolean not null default false;

-- Requests over HTTP that may come twice: the same key is the same run.
create table zigong.run_requests (
    actor text not null,
    idempotency_key text not null,
    body_hash text not null,
    -- Checked at commit: both rows come in one transaction, in whichever order.
    run_id uuid not null references zigong.runs deferrable initially deferred,
    requested_at timestamptz not null default now(),
    primary key (actor, idempotency_key)
);
