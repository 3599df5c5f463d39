-- Functions and tables that all batches share; end.sql drops them.

CREATE SCHEMA seeding;

-- A pseudorandom number from 0 to 1, the same for the same arguments.
CREATE FUNCTION seeding.share(n bigint, what int) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(n, $seed * 1000 + what) >> 11) & 9007199254740991)::float8
    / 9007199254740992;

CREATE FUNCTION seeding.pick(n bigint, what int, many int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 + floor(seeding.share(n, what) * many)::int;

-- A UUID of version 7.
CREATE FUNCTION seeding.key(n bigint, what int, at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN overlay(overlay(md5(n || '.' || what || '.$seed')
    PLACING lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' FROM 1 FOR 13)
    PLACING '8' FROM 17 FOR 1)::uuid;

CREATE TABLE seeding.words (kind text, place int, text text, PRIMARY KEY (kind, place));
INSERT INTO seeding.words SELECT kind, place, text
FROM jsonb_each(CAST('$vocabulary' AS jsonb)) AS kinds(kind, texts)
CROSS JOIN jsonb_array_elements_text(texts) WITH ORDINALITY AS listed(text, place);

-- Names whose frequencies differ: few are common, most are rare.
CREATE TABLE seeding.names AS
SELECT n AS place, a.text || b.text || c.text AS text
FROM generate_series(0, 9260) n
JOIN seeding.words a ON a.kind = 'syllable' AND a.place = n % 21 + 1
JOIN seeding.words b ON b.kind = 'syllable' AND b.place = n / 21 % 21 + 1
JOIN seeding.words c ON c.kind = 'syllable' AND c.place = n / 441 + 1;

-- The largest account has about a hundred times the sessions of the smallest.
CREATE TABLE seeding.accounts AS
SELECT *, greatest(3, least(60, ceil(part * 1200)))::int AS people
FROM (
    SELECT k, seeding.key(k, 1, begun) AS id, begun,
        weight / sum(weight) OVER () AS part,
        coalesce(sum(weight) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
            / sum(weight) OVER () AS low
    FROM generate_series(1, $accounts) k
    CROSS JOIN LATERAL (
        SELECT power(200.0 * k / $accounts + 5, -1.3)::float8 AS weight,
            CAST('$until' AS timestamptz) - interval '$days days 1 hour' AS begun) w
) accounts;

CREATE TABLE seeding.people AS
SELECT a.k, place, a.id AS account_id, seeding.key(a.k * 1000 + place, 2, a.begun) AS id,
    a.begun + place * interval '1 minute' AS begun,
    CASE WHEN place = 1 THEN 'admin' WHEN place % 8 = 2 THEN 'lead'
        WHEN place % 10 = 9 THEN 'viewer' ELSE 'engineer' END AS role
FROM seeding.accounts a CROSS JOIN generate_series(1, a.people) place;
CREATE UNIQUE INDEX ON seeding.people (k, place);

INSERT INTO accounts (id, name, created_at)
SELECT id, CASE WHEN k = 1 THEN $account_name ELSE 'Desk ' || k END, begun FROM seeding.accounts;

INSERT INTO users (id, account_id, name, email, role, deactivated_at, created_at)
SELECT id, account_id,
    CASE WHEN (k, p.place) = (1, 1) THEN $user_name
        ELSE initcap(a.text) || ' ' || initcap(b.text) END,
    CASE WHEN (k, p.place) = (1, 1) THEN $user_email
        ELSE a.text || '.' || p.place || '@desk' || k || '.example' END,
    role, CASE WHEN p.place = 11 THEN CAST('$until' AS timestamptz) - interval '60 days' END, begun
FROM seeding.people p
JOIN seeding.names a ON a.place = seeding.pick(k * 1000 + p.place, 3, 9261) - 1
JOIN seeding.names b ON b.place = seeding.pick(k * 1000 + p.place, 4, 9261) - 1;

CREATE TABLE seeding.flows AS
SELECT id, row_number() OVER (ORDER BY slug) AS place, count(*) OVER () AS many
FROM flows WHERE account_id IS NULL;

ANALYZE seeding.words, seeding.names, seeding.accounts, seeding.people, seeding.flows;
