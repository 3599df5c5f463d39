-- Counters and sums that the server maintains.

INSERT INTO session_tallies (account_id, status, session_type, sessions)
SELECT account_id, status, session_type, count(*) FROM ai_sessions
WHERE account_id IN (SELECT id FROM seeding.accounts) GROUP BY 1, 2, 3;

INSERT INTO flow_uses (account_id, flow_id, usage_count, success_rate, last_matched_at)
SELECT account_id, matched_flow_id, count(*),
    avg((status = 'resolved')::int)
        FILTER (WHERE status IN ('resolved', 'escalated', 'abandoned')),
    max(created_at)
FROM ai_sessions WHERE matched_flow_id IS NOT NULL
    AND account_id IN (SELECT id FROM seeding.accounts) GROUP BY 1, 2;

INSERT INTO spending (subject_id, period, starts, account_id, tokens, cost_usd)
SELECT subject_id, period, date_trunc(period, created_at AT TIME ZONE 'UTC')::date,
    account_id, sum(tokens), sum(cost_usd)
FROM (
    SELECT account_id, user_id, date_trunc('day', created_at) AS created_at,
        sum(tokens) AS tokens, sum(cost_usd) AS cost_usd
    FROM ledger WHERE account_id IN (SELECT id FROM seeding.accounts) GROUP BY 1, 2, 3
) days
CROSS JOIN LATERAL (SELECT account_id UNION SELECT user_id) AS subjects(subject_id)
CROSS JOIN (VALUES ('day'), ('month')) AS periods(period)
GROUP BY 1, 2, 3, 4;

SELECT setval(pg_get_serial_sequence('ai_session_events', 'id'),
    greatest(1, (SELECT max(id) FROM ai_session_events)));
SELECT setval(pg_get_serial_sequence('generations', 'position'),
    greatest(1, (SELECT max(position) FROM generations)));

DROP SCHEMA seeding CASCADE;
