"""`sessions_keeper` loses rights that it does not use, reading answers among them; and a table for
random keys, with which ids and cursors of events are encrypted."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEEPER = "sessions_keeper"
#: Rights by table, before and now. A table with other rights is not listed.
RIGHTS = {
    "generation_deltas": (
        "SELECT, INSERT, DELETE",
        "SELECT (account_id, generation_id, number), INSERT, DELETE",
    ),
    "generations": (
        "SELECT (id, account_id, session_id, kind, status, owner, attempt, lease_expires_at,"
        " last_number, first_token_at, finished_at),"
        " UPDATE (owner, attempt, lease_expires_at, first_token_at)",
        "SELECT (id, account_id, session_id, kind, status, owner, attempt, lease_expires_at,"
        " first_token_at, finished_at),"
        " UPDATE (owner, attempt, lease_expires_at, first_token_at)",
    ),
    "users": (
        "SELECT, INSERT, UPDATE",
        "SELECT, INSERT, UPDATE (name, email, role, external_id, claims_as_of)",
    ),
    "api_keys": ("SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE (last_used_at, revoked_at)"),
    "ledger": (
        "SELECT, UPDATE",
        "SELECT (generation_id, account_id, user_id, reserved_tokens, reserved_cost_usd, tokens,"
        " cost_usd, created_at, settled_at), UPDATE (settled_at)",
    ),
    "spending": (
        "SELECT, UPDATE",
        "SELECT, UPDATE (tokens, cost_usd, reserved_tokens, reserved_cost_usd)",
    ),
    "rates": (
        "SELECT, INSERT, UPDATE, DELETE",
        "SELECT (account_id, subject_id, kind, full_at), UPDATE (full_at), DELETE",
    ),
}


def upgrade() -> None:
    for table, (_, now) in RIGHTS.items():
        replace_rights(table, now)
    create_server_secrets()


def replace_rights(table: str, rights: str) -> None:
    op.execute(f"REVOKE ALL ON {table} FROM {KEEPER}")
    op.execute(f"GRANT {rights} ON {table} TO {KEEPER}")


def create_server_secrets() -> None:
    """The keys are created by the first process that needs them."""
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.PrimaryKeyConstraint("name", name="pk_server_secrets"),
    )
    op.execute("ALTER TABLE server_secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT (name, value), INSERT (name, value) ON server_secrets TO {KEEPER}")
    op.execute(f"CREATE POLICY {KEEPER} ON server_secrets TO {KEEPER} USING (true)")


def downgrade() -> None:
    op.drop_table("server_secrets")
    for table, (before, _) in RIGHTS.items():
        replace_rights(table, before)
