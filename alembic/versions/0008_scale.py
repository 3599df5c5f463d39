"""A million sessions: a search tells few from many, and no index is there that nothing reads."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APP = "sessions_app"
FINDER = "sessions_finder"

#: With a limit the planner would rather read the whole table, in the hope of finding so many soon.
SEARCH = """
CREATE FUNCTION sessions_with(words tsquery, most bigint DEFAULT NULL) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT session_id FROM session_search
    WHERE account_id = current_account() AND document @@ words LIMIT most
$$
"""
SEARCH_BEFORE = """
CREATE FUNCTION sessions_with(words tsquery) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT session_id FROM session_search
    WHERE account_id = current_account() AND document @@ words
$$
"""

#: Users are never deleted but by hand, and the ledger is read by its entries: of these indexes no
#: query made any use, and each event, step and answer had to be written into them.
UNREAD = {
    "ix_ai_session_events_actor_id": ("ai_session_events", ["actor_id"]),
    "ix_ai_session_steps_answered_by_id": ("ai_session_steps", ["answered_by_id"]),
    "ix_ai_sessions_escalated_by_id": ("ai_sessions", ["escalated_by_id"]),
    "ix_generations_requested_by_id": ("generations", ["requested_by_id"]),
    "ix_ledger_account_id_created_at": ("ledger", ["account_id", "created_at"]),
    "ix_session_documents_edited_by_id": ("session_documents", ["edited_by_id"]),
}
#: Most sessions have none of these, and are not written into such an index. By column: the columns
#: of its index before, and now.
RARE = {
    "escalated_to_id": (
        "ix_ai_sessions_escalated_to_id",
        ["escalated_to_id"],
        ["escalated_to_id", "account_id", "updated_at", "id"],
    ),
    "matched_flow_id": (
        "ix_ai_sessions_matched_flow_id",
        ["matched_flow_id"],
        ["matched_flow_id", "account_id", "created_at"],
    ),
    "psa_ticket_id": (
        "ix_ai_sessions_by_ticket",
        ["account_id", "psa_ticket_id"],
        ["account_id", "psa_ticket_id"],
    ),
}
#: With the account in it no other index has to be asked for that. Before, and now.
OWNER = ["user_id", "updated_at", "id"], ["user_id", "account_id", "updated_at", "id"]
#: As shares of the table. By default a fifth of all rows has to change before anything is done
#: about it: of a million sessions that is what many days write.
VACUUM = {
    "ai_sessions": ["vacuum_scale_factor", "analyze_scale_factor"],
    "session_search": ["vacuum_scale_factor", "analyze_scale_factor"],
    "ai_session_steps": ["vacuum_insert_scale_factor", "analyze_scale_factor"],
    "ai_session_events": ["vacuum_insert_scale_factor", "analyze_scale_factor"],
    "generations": ["vacuum_scale_factor", "vacuum_insert_scale_factor", "analyze_scale_factor"],
    "ledger": ["vacuum_insert_scale_factor", "analyze_scale_factor"],
}
SHARE = 0.02


def upgrade() -> None:
    op.execute("DROP FUNCTION sessions_with(tsquery)")
    create_search(SEARCH)
    for name, (table, _) in UNREAD.items():
        op.drop_index(name, table)
    for column, (name, _, columns) in RARE.items():
        op.drop_index(name, "ai_sessions")
        there = sa.text(f"{column} IS NOT NULL")
        more = {"postgresql_include": ["status"]} if column == "matched_flow_id" else {}
        op.create_index(name, "ai_sessions", columns, postgresql_where=there, **more)
    op.drop_index("ix_ai_sessions_by_owner", "ai_sessions")
    op.create_index("ix_ai_sessions_by_owner", "ai_sessions", OWNER[1])
    for table, settings in VACUUM.items():
        told = ", ".join(f"autovacuum_{name} = {SHARE}" for name in settings)
        op.execute(f"ALTER TABLE {table} SET ({told})")
    # Each search reads all of the list of what is not in its place yet: KB instead of MB.
    op.execute("ALTER INDEX ix_session_search_by_account SET (gin_pending_list_limit = 512)")


def create_search(function: str) -> None:
    op.execute(function)
    op.execute("REVOKE EXECUTE ON FUNCTION sessions_with FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION sessions_with TO {APP}")
    op.execute(f"GRANT CREATE ON SCHEMA public TO {FINDER}")
    op.execute(f"ALTER FUNCTION sessions_with OWNER TO {FINDER}")
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {FINDER}")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_session_search_by_account RESET (gin_pending_list_limit)")
    for table, settings in VACUUM.items():
        told = ", ".join(f"autovacuum_{name}" for name in settings)
        op.execute(f"ALTER TABLE {table} RESET ({told})")
    op.drop_index("ix_ai_sessions_by_owner", "ai_sessions")
    op.create_index("ix_ai_sessions_by_owner", "ai_sessions", OWNER[0])
    for name, columns, _ in RARE.values():
        op.drop_index(name, "ai_sessions")
        op.create_index(name, "ai_sessions", columns)
    for name, (table, columns) in UNREAD.items():
        op.create_index(name, table, columns)
    op.execute("DROP FUNCTION sessions_with(tsquery, bigint)")
    create_search(SEARCH_BEFORE)
