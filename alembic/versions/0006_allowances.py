"""What has been used of what is allowed: rates, the ledger, and sums by day and month."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APP = "sessions_app"
KEEPER = "sessions_keeper"
KEEPER_RIGHTS = {
    "rates": "SELECT, INSERT, UPDATE, DELETE",
    "ledger": "SELECT, UPDATE",
    "spending": "SELECT, UPDATE",
}


def number(name: str, type_: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, type_, nullable=False, server_default="0")


def of_an_account(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], f"fk_{table}_account_id", ondelete="CASCADE"
        ),
    ]


def time(name: str, *, required: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not required)


def upgrade() -> None:
    create_rates()
    create_ledger()
    create_spending()
    for table, rights in KEEPER_RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        allow(APP, table, "SELECT, INSERT, UPDATE", "account_id = current_account()")
        allow(KEEPER, table, rights, "true")


def allow(role: str, table: str, rights: str, rows: str) -> None:
    op.execute(f"GRANT {rights} ON {table} TO {role}")
    op.execute(f"CREATE POLICY {role} ON {table} TO {role} USING ({rows}) WITH CHECK ({rows})")


def create_rates() -> None:
    """Not logged: after a crash of Postgres everybody has a whole minute again."""
    op.create_table(
        "rates",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        *of_an_account("rates"),
        time("full_at", required=True),
        sa.PrimaryKeyConstraint("subject_id", "kind", name="pk_rates"),
        prefixes=["UNLOGGED"],
    )


def create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        *of_an_account("ledger"),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("model", sa.String(100)),
        sa.Column("reserved_tokens", sa.Integer(), nullable=False),
        sa.Column("reserved_cost_usd", sa.Numeric(14, 8), nullable=False),
        number("tokens", sa.BigInteger()),
        number("cost_usd", sa.Numeric(14, 8)),
        time("settled_at"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.PrimaryKeyConstraint("generation_id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_account_id_created_at", "ledger", ["account_id", "created_at"])
    op.create_index(
        "ix_ledger_open", "ledger", ["created_at"], postgresql_where=sa.text("settled_at IS NULL")
    )


def create_spending() -> None:
    op.create_table(
        "spending",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(5), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        *of_an_account("spending"),
        number("tokens", sa.BigInteger()),
        number("cost_usd", sa.Numeric(16, 8)),
        number("reserved_tokens", sa.BigInteger()),
        number("reserved_cost_usd", sa.Numeric(16, 8)),
        sa.PrimaryKeyConstraint("subject_id", "period", "starts", name="pk_spending"),
    )


def downgrade() -> None:
    for table in KEEPER_RIGHTS:
        op.drop_table(table)
