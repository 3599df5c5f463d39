-- Sessions $low to $high with all their rows. The order of n is the order of time.

CREATE TEMP TABLE facts ON COMMIT DROP AS
SELECT *,
    seeding.key(n, 10, at) AS id,
    least(at + turns * pace, CAST('$until' AS timestamptz)) AS ended,
    status IN ('resolved', 'abandoned') AS is_closed,
    CASE WHEN is_guided AND seeding.share(n, 30) < 0.7
        THEN 0.4 + 0.58 * seeding.share(n, 31) END AS score
FROM (
    SELECT *, CASE WHEN is_guided THEN steps ELSE messages END AS turns,
        (30 + 210 * seeding.share(n, 11)) * interval '1 second' AS pace,
        -- Most older sessions are closed.
        CASE WHEN age < interval '1 day' THEN
            CASE WHEN chance < 0.50 THEN 'active' WHEN chance < 0.60 THEN 'paused'
                WHEN chance < 0.66 THEN 'escalated' WHEN chance < 0.70 THEN 'abandoned'
                ELSE 'resolved' END
        WHEN age < interval '14 days' THEN
            CASE WHEN chance < 0.12 THEN 'active' WHEN chance < 0.20 THEN 'paused'
                WHEN chance < 0.25 THEN 'escalated' WHEN chance < 0.32 THEN 'abandoned'
                ELSE 'resolved' END
        ELSE CASE WHEN chance < 0.002 THEN 'active' WHEN chance < 0.012 THEN 'paused'
                WHEN chance < 0.017 THEN 'escalated' WHEN chance < 0.13 THEN 'abandoned'
                ELSE 'resolved' END
        END AS status
    FROM (
        SELECT n, n % 2 = 1 AS is_guided,
            date_trunc('milliseconds', CAST('$until' AS timestamptz) - backwards) AS at,
            backwards AS age,
            seeding.share(n, 1) AS chance,
            width_bucket(seeding.share(n, 2),
                (SELECT array_agg(low ORDER BY k) FROM seeding.accounts)) AS k,
            2 * (2 + floor(19 * $conversations * power(seeding.share(n, 3), 5))::int) AS messages,
            3 + floor(13 * $conversations * power(seeding.share(n, 3), 2.5))::int AS steps,
            seeding.share(n, 4) AS intake,
            (SELECT count(*) FROM seeding.words WHERE kind = 'problem')::int AS problems
        FROM generate_series($low::bigint, $high) n
        CROSS JOIN LATERAL (SELECT interval '$days days'
            * (1 - power((n - 0.5) / $sessions, 0.7)) AS backwards) b
    ) drawn
) shaped;
CREATE INDEX ON facts (n);
ANALYZE facts;

CREATE TEMP TABLE people ON COMMIT DROP AS
SELECT n, a.id AS account_id, o.id AS owner_id, c.id AS colleague_id,
    p.text AS problem, d.text AS domain,
    CASE WHEN intake >= 0.66 AND intake < 0.96
        THEN 'T-' || seeding.pick(n, 14, greatest(1, $sessions / 3)) END AS ticket,
    CASE WHEN intake < 0.66 THEN 'free_text' WHEN intake < 0.86 THEN 'psa_ticket'
        WHEN intake < 0.96 THEN 'combined' ELSE 'log_paste' END AS intake_type,
    fl.id AS flow_id
FROM facts f
JOIN seeding.accounts a USING (k)
JOIN seeding.people o ON o.k = f.k
    AND o.place = greatest(1, ceil(a.people * power(seeding.share(n, 12), 1.5)))::int
JOIN seeding.people c ON c.k = f.k AND c.place = CASE WHEN a.people = o.place THEN 2
    ELSE o.place + 1 END
JOIN seeding.words p ON p.kind = 'problem' AND p.place = seeding.pick(n, 13, f.problems)
JOIN seeding.words d ON d.kind = 'domain' AND d.place = p.place
LEFT JOIN seeding.flows fl ON f.score IS NOT NULL
    AND fl.place = seeding.pick(seeding.pick(n, 13, f.problems), 15, fl.many::int);
CREATE INDEX ON people (n);
ANALYZE people;

-- Every message, step and document text of a session. `part` numbers them within the session: 0 is
-- the intake, turns start at 1, other texts at 100.
CREATE TEMP TABLE texts ON COMMIT DROP AS
SELECT n, part, string_agg(CASE WHEN w.text LIKE '%{%' THEN
        replace(replace(replace(w.text,
            '{host}', 'ws' || seeding.pick(p * 8 + 1, 22, greatest(50, $sessions / 3))),
            '{code}', '0x' || lpad(to_hex(seeding.pick(p * 8 + sentence, 23, 60000)), 8, '0')),
            '{word}', names.text)
        ELSE w.text END, ' ' ORDER BY sentence) AS text
FROM (
    SELECT n, part, kind, n * 200 + part AS p,
        1 + floor(longest * seeding.share(n * 200 + part, 20))::int AS length
    FROM (
        SELECT n, part, CASE WHEN is_guided OR part % 2 = 0 THEN 'answered' ELSE 'said' END AS kind,
            CASE WHEN is_guided THEN 3 WHEN part % 2 = 0 THEN 10 ELSE 4 END AS longest
        FROM facts CROSS JOIN generate_series(1, turns) part
        UNION ALL SELECT n, 0, 'said', 5 FROM facts
        UNION ALL SELECT n, 100, 'resolved', 2 FROM facts WHERE status = 'resolved'
        UNION ALL SELECT n, 101, 'reason', 2 FROM facts
        UNION ALL SELECT n, 102, 'answered', 20 FROM facts WHERE status IN ('resolved', 'escalated')
    ) parts
) asked
CROSS JOIN generate_series(1, length) sentence
JOIN seeding.words w ON w.kind = asked.kind AND w.place = seeding.pick(p * 32 + sentence, 21,
    CASE asked.kind WHEN 'said' THEN $said WHEN 'answered' THEN $answered
        WHEN 'resolved' THEN $resolved ELSE $reason END)
JOIN seeding.names ON names.place =
    floor(power(9261, seeding.share(p * 32 + sentence, 24)))::int - 1
GROUP BY n, part;
CREATE INDEX ON texts (n, part);
ANALYZE texts;

CREATE TEMP TABLE sessions ON COMMIT DROP AS
SELECT f.n, f.id, account_id, owner_id, colleague_id, is_guided,
    f.status, f.at, f.ended, turns, pace, is_closed, intake_type, ticket, problem, domain,
    flow_id, score, problem || '. ' || intake.text AS said,
    CASE WHEN NOT is_guided OR seeding.share(f.n, 32) < 0.7 THEN problem END AS title,
    CASE WHEN intake_type = 'log_paste'
        THEN repeat(intake.text || E'\n', 2 + seeding.pick(f.n, 33, 20)) END AS log,
    solved.text AS solution, reason.text AS reason, document.text AS document,
    f.status = 'escalated' AS is_waiting,
    f.status <> 'escalated' AND seeding.share(f.n, 34) < 0.05 AS was_claimed,
    CASE WHEN f.is_closed AND seeding.share(f.n, 35) < 0.25
        THEN 6 - seeding.pick(seeding.pick(f.n, 36, 5), 37, seeding.pick(f.n, 36, 5)) END AS rating,
    is_guided AND flow_id IS NULL OR NOT is_guided AS is_written,
    document.text IS NOT NULL AND seeding.share(f.n, 38) < 0.8 AS has_document
FROM facts f JOIN people USING (n)
JOIN texts intake ON intake.n = f.n AND intake.part = 0
JOIN texts reason ON reason.n = f.n AND reason.part = 101
LEFT JOIN texts solved ON solved.n = f.n AND solved.part = 100
LEFT JOIN texts document ON document.n = f.n AND document.part = 102;
CREATE INDEX ON sessions (n);
ANALYZE sessions;

-- A turn is a message of a chat or a step of a guided session.
CREATE TEMP TABLE turns ON COMMIT DROP AS
SELECT s.n, part, is_guided, s.id AS session_id, account_id, owner_id,
    s.at + (part - 1) * pace AS at,
    least(s.at + (part - 0.5) * pace, s.ended) AS answered_at,
    seeding.key(s.n * 200 + part, 40, s.at) AS id,
    CASE WHEN is_written AND (is_guided OR part % 2 = 0)
        THEN seeding.key(s.n * 200 + part, 41, s.at) END AS generation_id,
    CASE WHEN is_guided OR part > 1 THEN t.text
        ELSE s.said || coalesce(E'\n\n```\n' || s.log || E'\n```', '') END AS text,
    CASE WHEN is_guided THEN
        CASE WHEN part = turns AND s.status = 'resolved' THEN 'resolution_suggestion'
            ELSE (ARRAY['question', 'question', 'action', 'verification', 'info_request'])[
                seeding.pick(s.n * 200 + part, 42, 5)] END END AS step_type,
    -- The last step of an open session is not answered yet.
    part < turns OR s.is_closed AS is_answered
FROM sessions s JOIN texts t ON t.n = s.n AND t.part BETWEEN 1 AND 99;
CREATE INDEX ON turns (n, part);
ANALYZE turns;

CREATE TEMP TABLE answers ON COMMIT DROP AS
SELECT n, generation_id AS id, session_id, account_id, owner_id, at,
    CASE WHEN is_guided THEN 'guided_step' ELSE 'chat_reply' END AS kind, text, id AS result_id
FROM turns WHERE generation_id IS NOT NULL
UNION ALL
SELECT n, seeding.key(n, 43, at), id, account_id, owner_id, ended,
    CASE WHEN is_waiting THEN 'escalation_package' ELSE 'ticket_notes' END, document,
    seeding.key(n, 44, at)
FROM sessions WHERE has_document;
ANALYZE answers;

CREATE TEMP TABLE happened ON COMMIT DROP AS
SELECT n, at, 0 AS place, 'created' AS kind, owner_id AS actor_id,
    jsonb_build_object('session_type', CASE WHEN is_guided THEN 'guided' ELSE 'chat' END) AS detail
FROM sessions
UNION ALL
SELECT n, at, part * 4,
    CASE WHEN is_guided THEN 'step_added' ELSE 'message_added' END,
    CASE WHEN NOT is_guided AND part % 2 = 1 THEN owner_id END,
    CASE WHEN is_guided THEN
        jsonb_build_object('step_id', id, 'order', part, 'step_type', step_type)
    ELSE jsonb_build_object('message_id', id, 'role',
        CASE WHEN part % 2 = 1 THEN 'user' ELSE 'assistant' END) END
FROM turns
UNION ALL
SELECT n, answered_at, part * 4 + 2, 'step_answered', owner_id,
    jsonb_build_object('step_id', id, 'order', part, 'answer', 'Done, as expected')
FROM turns WHERE is_guided AND is_answered
UNION ALL
SELECT n, at, part * 4 + step, kind, CASE WHEN step < 0 THEN owner_id END,
    jsonb_build_object('generation_id', generation_id, 'kind',
        CASE WHEN is_guided THEN 'guided_step' ELSE 'chat_reply' END)
    || CASE WHEN step > 0 THEN '{"status": "completed"}'::jsonb ELSE '{}' END
FROM turns CROSS JOIN (VALUES (-1, 'generation_started'), (1, 'generation_finished')) k(step, kind)
WHERE generation_id IS NOT NULL
UNION ALL
SELECT n, ended, 1000, 'escalated', owner_id, jsonb_build_object('reason', reason)
FROM sessions WHERE is_waiting OR was_claimed
UNION ALL
SELECT n, ended, 1001, 'claimed', colleague_id, '{}' FROM sessions WHERE was_claimed
UNION ALL
SELECT n, ended, 1002, status, owner_id, CASE WHEN status = 'resolved'
    THEN jsonb_build_object('summary', solution) ELSE '{}' END
FROM sessions WHERE status IN ('resolved', 'abandoned', 'paused')
UNION ALL
SELECT n, ended, place, kind, NULL, detail
FROM sessions CROSS JOIN LATERAL (VALUES
    (1003, 'generation_started', jsonb_build_object('generation_id', seeding.key(n, 43, at),
        'kind', CASE WHEN is_waiting THEN 'escalation_package' ELSE 'ticket_notes' END)),
    (1004, 'document_ready', jsonb_build_object('document_id', seeding.key(n, 44, at),
        'kind', CASE WHEN is_waiting THEN 'escalation_package' ELSE 'ticket_notes' END)),
    (1005, 'generation_finished', jsonb_build_object('generation_id', seeding.key(n, 43, at),
        'status', 'completed'))
) k(place, kind, detail) WHERE has_document
UNION ALL
SELECT n, ended, 1006, 'rated', owner_id, jsonb_build_object('rating', rating::text)
FROM sessions WHERE rating IS NOT NULL;

INSERT INTO ai_sessions (id, account_id, user_id, session_type, title, status, state_version,
    intake_type, intake_content, problem_summary, problem_domain, described_at, step_count,
    conversation_messages, system_prompt_snapshot, matched_flow_id, match_score, confidence_tier,
    confidence_score, suggested_flow_ids, resolution_summary, escalation_reason, escalated_to_id,
    escalated_by_id, claimed_at, psa_ticket_id, session_rating, created_at, updated_at,
    resolved_at, escalated_at, paused_at, abandoned_at)
SELECT s.id, account_id, owner_id, CASE WHEN is_guided THEN 'guided' ELSE 'chat' END, title, status,
    happenings.many, intake_type,
    jsonb_strip_nulls(jsonb_build_object('text', said, 'log_text', log, 'ticket_id', ticket)),
    problem, domain, at + interval '1 minute', turns,
    coalesce(spoken.messages, '[]'), NULL, flow_id, round(score::numeric, 3),
    CASE WHEN is_guided THEN CASE WHEN score >= 0.8 THEN 'guided' WHEN score >= 0.4
        THEN 'exploring' ELSE 'discovery' END END,
    CASE WHEN is_guided THEN coalesce(round(score::numeric, 3), 0) END,
    CASE WHEN flow_id IS NULL THEN '[]' ELSE
        jsonb_build_array(jsonb_build_object('id', flow_id, 'score', round(score::numeric, 3))) END,
    solution, CASE WHEN is_waiting OR was_claimed THEN reason END,
    CASE WHEN was_claimed OR is_waiting AND n % 5 < 3 THEN colleague_id END,
    CASE WHEN is_waiting OR was_claimed THEN owner_id END,
    CASE WHEN was_claimed THEN ended END, ticket, rating, at, ended,
    CASE WHEN status = 'resolved' THEN ended END,
    CASE WHEN is_waiting OR was_claimed THEN ended END,
    CASE WHEN status = 'paused' THEN ended END,
    CASE WHEN status = 'abandoned' THEN ended END
FROM sessions s
JOIN (SELECT n, count(*) AS many FROM happened GROUP BY n) happenings USING (n)
LEFT JOIN (
    SELECT n, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', id, 'role',
        CASE WHEN part % 2 = 1 THEN 'user' ELSE 'assistant' END, 'content', text,
        'created_at', at, 'generation_id', generation_id,
        'rating', CASE WHEN part % 2 = 0 AND seeding.share(n * 200 + part, 45) < 0.04
            THEN 'up' END)) ORDER BY part) AS messages
    FROM turns WHERE NOT is_guided GROUP BY n
) spoken USING (n)
ORDER BY n;

INSERT INTO session_search (session_id, account_id, document, head)
SELECT s.id, account_id,
    strip(to_tsvector('english', left(concat_ws(' ', title, said, log, words, solution,
        CASE WHEN is_waiting OR was_claimed THEN reason END), 60000))),
    setweight(to_tsvector('english', coalesce(title, '')), 'A')
    || setweight(to_tsvector('english', left(said, 1000) || ' ' || problem), 'B')
    || setweight(to_tsvector('english', coalesce(solution, '')), 'C')
FROM sessions s
JOIN (SELECT n, string_agg(text, ' ' ORDER BY part) AS words FROM turns GROUP BY n) w USING (n)
ORDER BY n;

INSERT INTO generations (id, account_id, session_id, position, kind, status, requested_by_id, owner,
    text, last_number, result_id, model, input_tokens, output_tokens, cache_read_tokens, cost_usd,
    created_at, first_token_at, finished_at)
OVERRIDING SYSTEM VALUE
SELECT id, account_id, session_id, $above + $low * 50 + row_number() OVER (ORDER BY at, n, kind),
    kind, 'completed', owner_id, id, text, length(text) / 20 + 1, result_id::text, 'a-model',
    1000 + length(text), length(text) / 4, 500, 0.004 + length(text) * 0.000004,
    at, at + (300 + seeding.pick(n, 50, 1500)) * interval '1 millisecond',
    at + (2 + length(text) / 100) * interval '1 second'
FROM answers ORDER BY at, n, kind;

INSERT INTO ledger (generation_id, account_id, user_id, kind, model, reserved_tokens,
    reserved_cost_usd, tokens, cost_usd, settled_at, created_at)
SELECT id, account_id, owner_id, kind, 'a-model', 4000, 0.02,
    1500 + length(text) + length(text) / 4, 0.004 + length(text) * 0.000004,
    at + (2 + length(text) / 100) * interval '1 second', at
FROM answers ORDER BY at, n, kind;

INSERT INTO ai_session_steps (id, account_id, session_id, step_order, step_type, content, options,
    confidence_tier, confidence_score, generation_id, selected_option, selected_label,
    answered_by_id, responded_at, created_at)
SELECT t.id, t.account_id, session_id, part, step_type, text,
    CASE WHEN step_type = 'resolution_suggestion' THEN '[{"value": "solved", "label":
        "That solved it", "followup_hint": null}, {"value": "not_solved", "label":
        "It is still not solved", "followup_hint": null}]'::jsonb
    ELSE '[{"value": "done", "label": "Done, as expected", "followup_hint": null}, {"value":
        "different", "label": "Done, but the result was different", "followup_hint":
        "Say what you saw instead"}]' END,
    'exploring', 0.5, generation_id,
    CASE WHEN is_answered THEN chosen END, CASE WHEN is_answered THEN label END,
    CASE WHEN is_answered THEN t.owner_id END, CASE WHEN is_answered THEN answered_at END, t.at
FROM turns t
CROSS JOIN LATERAL (SELECT
    CASE WHEN step_type = 'resolution_suggestion' THEN 'solved' ELSE 'done' END AS chosen,
    CASE WHEN step_type = 'resolution_suggestion' THEN 'That solved it'
        ELSE 'Done, as expected' END AS label) c
WHERE is_guided ORDER BY n, part;

INSERT INTO session_documents (id, account_id, session_id, kind, written_markdown, edited_markdown,
    edited_by_id, created_at, updated_at)
SELECT seeding.key(n, 44, at), account_id, id,
    CASE WHEN is_waiting THEN 'escalation_package' ELSE 'ticket_notes' END,
    '## ' || problem || E'\n\n' || document,
    CASE WHEN n % 20 = 1 THEN '## ' || problem || E'\n\n' || reason END,
    CASE WHEN n % 20 = 1 THEN owner_id END, ended, ended
FROM sessions WHERE has_document ORDER BY n;

INSERT INTO ai_session_events (id, account_id, session_id, kind, actor_id, detail, at, xact_id)
OVERRIDING SYSTEM VALUE
SELECT $above + $low * 200 + row_number() OVER (ORDER BY h.at, n, place), account_id, s.id, h.kind,
    actor_id, h.detail, h.at, (SELECT (pg_current_xact_id()::text)::bigint)
FROM happened h JOIN sessions s USING (n) ORDER BY h.at, n, place;

INSERT INTO idempotency_keys (user_id, key, account_id, operation, input_hash, outcome, created_at)
SELECT owner_id, 'seeded-' || n, account_id, 'createSession', md5(n::text) || md5(n || 'input'),
    jsonb_build_object('session_id', id, 'generation_id', NULL), at
FROM sessions WHERE at > CAST('$until' AS timestamptz) - interval '1 day';
