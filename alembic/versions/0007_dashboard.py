"""The live dashboard: events in the order of their commits, what was deleted, counted sessions;
and words that weigh more in a search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APP = "sessions_app"
KEEPER = "sessions_keeper"
RIGHTS = {
    "deleted_sessions": {APP: "SELECT, INSERT", KEEPER: "SELECT (deleted_at), DELETE"},
    "session_tallies": {APP: "SELECT, INSERT", KEEPER: "SELECT, INSERT, DELETE"},
}
STATUSES = "('active', 'paused', 'resolved', 'escalated', 'abandoned')"
FEED = ["account_id", "xact_id", "id"]
#: A transaction's number: the order of commits is looked for among these, not among ids.
XACT_ID = "(pg_current_xact_id()::text)::bigint"

#: One row more for each change, so that changes never wait for each other; summed up later.
TALLY = """
CREATE FUNCTION tally_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO session_tallies (account_id, status, session_type, sessions)
        VALUES (OLD.account_id, OLD.status, OLD.session_type, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO session_tallies (account_id, status, session_type, sessions)
        VALUES (NEW.account_id, NEW.status, NEW.session_type, 1);
    END IF;
    RETURN NULL;
END $$
"""
TALLY_ROWS = """
CREATE TRIGGER tally_rows AFTER INSERT OR DELETE ON ai_sessions
FOR EACH ROW EXECUTE FUNCTION tally_session()
"""
TALLY_MOVES = """
CREATE TRIGGER tally_moves AFTER UPDATE ON ai_sessions FOR EACH ROW
WHEN ((OLD.account_id, OLD.status, OLD.session_type)
    IS DISTINCT FROM (NEW.account_id, NEW.status, NEW.session_type))
EXECUTE FUNCTION tally_session()
"""
COUNT_THOSE_THERE_ARE = """
INSERT INTO session_tallies (account_id, status, session_type, sessions)
SELECT account_id, status, session_type, count(*) FROM ai_sessions GROUP BY 1, 2, 3
"""
WEIGH_THOSE_THERE_ARE = """
UPDATE session_search f SET head =
    setweight(to_tsvector('english', coalesce(s.title, '')), 'A')
    || setweight(to_tsvector('english', concat_ws(' ',
        s.problem_summary, left(s.intake_content->>'text', 1000))), 'B')
    || setweight(to_tsvector('english', coalesce(s.resolution_summary, '')), 'C')
FROM ai_sessions s WHERE s.id = f.session_id
"""


def upgrade() -> None:
    # Of the rows there are, the owner sees all: only so can they be counted and weighed.
    for table in ("ai_sessions", "session_search"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    order_events()
    create_deleted_sessions()
    create_tallies()
    op.add_column("session_search", sa.Column("head", TSVECTOR()))
    op.execute(WEIGH_THOSE_THERE_ARE)
    for table in ("ai_sessions", "session_search", *RIGHTS):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for table, rights in RIGHTS.items():
        allow(APP, table, rights[APP], "account_id = current_account()")
        allow(KEEPER, table, rights[KEEPER], "true")


def allow(role: str, table: str, rights: str, rows: str) -> None:
    op.execute(f"GRANT {rights} ON {table} TO {role}")
    op.execute(f"CREATE POLICY {role} ON {table} TO {role} USING ({rows}) WITH CHECK ({rows})")


def order_events() -> None:
    """Those there are have been committed long ago, and none is behind another."""
    column = sa.Column("xact_id", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("ai_session_events", column)
    op.alter_column("ai_session_events", "xact_id", server_default=sa.text(XACT_ID))
    op.create_index("ix_ai_session_events_feed", "ai_session_events", FEED)


def create_deleted_sessions() -> None:
    op.create_table(
        "deleted_sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xact_id", sa.BigInteger(), nullable=False, server_default=sa.text(XACT_ID)),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_type", sa.String(10), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("state_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "deleted_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.CheckConstraint(
            "session_type IN ('guided', 'chat')", op.f("ck_deleted_sessions_sessiontype")
        ),
        sa.CheckConstraint(f"status IN {STATUSES}", op.f("ck_deleted_sessions_sessionstatus")),
        sa.PrimaryKeyConstraint("session_id", name="pk_deleted_sessions"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_deleted_sessions_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_deleted_sessions_feed", "deleted_sessions", FEED)
    op.create_index("ix_deleted_sessions_deleted_at", "deleted_sessions", ["deleted_at"])


def create_tallies() -> None:
    """Without a reference to the account: those of an account that goes are no longer asked for."""
    op.create_table(
        "session_tallies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("session_type", sa.String(10), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session_tallies"),
    )
    op.create_index("ix_session_tallies_account_id", "session_tallies", ["account_id"])
    for statement in (TALLY, TALLY_ROWS, TALLY_MOVES, COUNT_THOSE_THERE_ARE):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("session_search", "head")
    op.execute("DROP TRIGGER tally_moves ON ai_sessions")
    op.execute("DROP TRIGGER tally_rows ON ai_sessions")
    op.execute("DROP FUNCTION tally_session()")
    for table in RIGHTS:
        op.drop_table(table)
    op.drop_index("ix_ai_session_events_feed", "ai_session_events")
    op.drop_column("ai_session_events", "xact_id")
