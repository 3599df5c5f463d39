"""Row-level security: each account's rows for that account alone, held to by Postgres.

Two roles that own nothing and pass by nothing. `sessions_app` works within the account that the
transaction names. `sessions_keeper` does what concerns all accounts: sign-in, leases, the token
log, and tidying up; it cannot read a conversation.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APP = "sessions_app"
KEEPER = "sessions_keeper"
FINDER = "sessions_finder"

#: Roles belong to the whole server: another database of it may have made them already.
CREATE_ROLE = """
DO $$
DECLARE kind text := CASE
    WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        BEGIN
            CREATE ROLE {role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, '{role}', kind) THEN
        GRANT {role} TO CURRENT_USER;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN RAISE insufficient_privilege USING
        MESSAGE = format('%I may not create the role {role}, or is not a member of it.',
            current_user),
        HINT = format('CREATE ROLE {role}; GRANT {role} TO %I;', current_user);
END $$
"""

ACCOUNT = """
CREATE FUNCTION current_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('sessions.account_id', true), '')::uuid
"""

#: With row-level security Postgres uses no index for `@@`, which might tell of rows it must not
#: see. So the search is a function with a right of its own to the words, for its account alone.
SEARCH = """
CREATE FUNCTION sessions_with(words tsquery) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT session_id FROM session_search
    WHERE account_id = current_account() AND document @@ words
$$
"""

#: What the app may do with rows of its account.
APP_RIGHTS = {
    "accounts": "SELECT",
    "users": "SELECT",
    "flows": "SELECT",
    "flow_uses": "SELECT, INSERT, UPDATE",
    "ai_sessions": "SELECT, INSERT, UPDATE, DELETE",
    "ai_session_steps": "SELECT, INSERT, UPDATE",
    "ai_session_events": "SELECT, INSERT",
    "session_documents": "SELECT, INSERT, UPDATE",
    "session_search": "SELECT, INSERT, UPDATE",
    "assistant_chats": "SELECT",
    "generations": "SELECT, INSERT, UPDATE",
    "generation_deltas": "SELECT",
    "idempotency_keys": "SELECT, INSERT, UPDATE",
}
#: What the keeper may do with anybody's.
KEEPER_RIGHTS = {
    "accounts": "SELECT, INSERT",
    "users": "SELECT, INSERT, UPDATE",
    "api_keys": "SELECT, INSERT, UPDATE",
    "flows": "SELECT, INSERT, UPDATE, DELETE",
    "ai_sessions": "SELECT (id, account_id, created_at, described_at, step_count),"
    " UPDATE (described_at)",
    "generations": "SELECT (id, account_id, session_id, kind, status, owner, attempt,"
    " lease_expires_at, last_number, first_token_at, finished_at),"
    " UPDATE (owner, attempt, lease_expires_at, first_token_at)",
    "generation_deltas": "SELECT, INSERT, DELETE",
    "idempotency_keys": "SELECT (created_at), DELETE",
}
#: Whose rows they are, where that is not said by `account_id` alone.
OWN = {
    "accounts": "id = current_account()",
    "flows": "account_id = current_account() OR account_id IS NULL",
}
#: The library that comes with the server is the keeper's to renew; an account's own flows are not.
KEPT = {"flows": "account_id IS NULL"}
TABLES = sorted({*APP_RIGHTS, *KEEPER_RIGHTS})


def upgrade() -> None:
    create_flow_uses()
    for role in (APP, KEEPER):
        op.execute(CREATE_ROLE.format(role=role))
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    op.execute(ACCOUNT)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for table, rights in APP_RIGHTS.items():
        allow(APP, table, rights, OWN.get(table, "account_id = current_account()"))
    for table, rights in KEEPER_RIGHTS.items():
        allow(KEEPER, table, rights, KEPT.get(table, "true"))
    create_search()
    # Whoever serves asks first whether the schema is the one it knows.
    op.execute("GRANT SELECT ON alembic_version TO PUBLIC")


def allow(role: str, table: str, rights: str, rows: str) -> None:
    op.execute(f"GRANT {rights} ON {table} TO {role}")
    op.execute(f"CREATE POLICY {role} ON {table} TO {role} USING ({rows}) WITH CHECK ({rows})")


def create_search() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.execute("DROP INDEX ix_session_search_document")
    op.create_index(
        "ix_session_search_by_account",
        "session_search",
        ["account_id", "document"],
        postgresql_using="gin",
    )
    op.execute(CREATE_ROLE.format(role=FINDER))
    op.execute(f"GRANT USAGE ON SCHEMA public TO {FINDER}")
    allow(FINDER, "session_search", "SELECT (session_id, account_id, document)", "true")
    op.execute(SEARCH)
    op.execute("REVOKE EXECUTE ON FUNCTION sessions_with FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION sessions_with TO {APP}")
    op.execute(f"GRANT CREATE ON SCHEMA public TO {FINDER}")
    op.execute(f"ALTER FUNCTION sessions_with OWNER TO {FINDER}")
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {FINDER}")


def drop_search() -> None:
    op.execute("DROP FUNCTION sessions_with")
    op.execute(f"DROP POLICY {FINDER} ON session_search")
    op.execute(f"REVOKE ALL ON session_search FROM {FINDER}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {FINDER}")
    op.execute("DROP INDEX ix_session_search_by_account")
    op.create_index(
        "ix_session_search_document", "session_search", ["document"], postgresql_using="gin"
    )
    op.execute("DROP EXTENSION btree_gin")


def create_flow_uses() -> None:
    """How a flow does is each account's own affair, also where the flow is everybody's."""
    op.create_table(
        "flow_uses",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("usage_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("success_rate", sa.Float()),
        sa.Column("last_matched_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("account_id", "flow_id", name="pk_flow_uses"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_flow_uses_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flows.id"], "fk_flow_uses_flow_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_flow_uses_flow_id", "flow_uses", ["flow_id"])
    op.execute(
        """
        INSERT INTO flow_uses (account_id, flow_id, usage_count, success_rate, last_matched_at)
        SELECT account_id, id, usage_count, success_rate, last_matched_at FROM flows
        WHERE account_id IS NOT NULL
        UNION ALL
        SELECT s.account_id, f.id, count(*),
            avg((s.status = 'resolved')::int)
                FILTER (WHERE s.status IN ('resolved', 'escalated', 'abandoned')),
            max(s.created_at)
        FROM flows f JOIN ai_sessions s ON s.matched_flow_id = f.id
        WHERE f.account_id IS NULL GROUP BY s.account_id, f.id
        """
    )
    for column in ("usage_count", "success_rate", "last_matched_at"):
        op.drop_column("flows", column)


def downgrade() -> None:
    op.execute("REVOKE SELECT ON alembic_version FROM PUBLIC")
    for table in TABLES:
        for role in (APP, KEEPER):
            op.execute(f"DROP POLICY IF EXISTS {role} ON {table}")
            op.execute(f"REVOKE ALL ON {table} FROM {role}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    drop_search()
    op.execute("DROP FUNCTION current_account()")
    for role in (APP, KEEPER):
        op.execute(f"REVOKE USAGE ON SCHEMA public FROM {role}")
    drop_flow_uses()


def drop_flow_uses() -> None:
    op.add_column(
        "flows", sa.Column("usage_count", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("flows", sa.Column("success_rate", sa.Float()))
    op.add_column("flows", sa.Column("last_matched_at", sa.DateTime(timezone=True)))
    op.execute(
        """
        UPDATE flows SET usage_count = u.used, success_rate = u.rate, last_matched_at = u.last
        FROM (
            SELECT flow_id, sum(usage_count) AS used, max(last_matched_at) AS last,
                sum(success_rate * usage_count) FILTER (WHERE success_rate IS NOT NULL)
                    / nullif(sum(usage_count) FILTER (WHERE success_rate IS NOT NULL), 0) AS rate
            FROM flow_uses GROUP BY flow_id
        ) u WHERE u.flow_id = flows.id
        """
    )
    op.drop_table("flow_uses")
