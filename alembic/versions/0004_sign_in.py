"""Who is calling: what tokens call accounts and users, and the keys of machines."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def time(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True))


def user_columns() -> list[sa.Column]:
    return [
        sa.Column("kind", sa.String(20), nullable=False, server_default="person"),
        sa.Column("external_id", sa.String(800)),
        time("claims_as_of"),
        time("deactivated_at"),
    ]


def upgrade() -> None:
    op.add_column("accounts", sa.Column("external_id", sa.String(255)))
    op.create_unique_constraint("uq_accounts_external_id", "accounts", ["external_id"])
    for column in user_columns():
        op.add_column("users", column)
    op.create_check_constraint(op.f("ck_users_userkind"), "users", "kind IN ('person', 'machine')")
    op.create_index(
        "uq_users_account_id_external_id", "users", ["account_id", "external_id"], unique=True
    )
    create_api_keys()


def create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        time("expires_at"),
        time("last_used_at"),
        time("revoked_at"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_api_keys_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], "fk_api_keys_user_id", ondelete="CASCADE"
        ),
    )
    for column in ("account_id", "user_id"):
        op.create_index(f"ix_api_keys_{column}", "api_keys", [column])


def downgrade() -> None:
    op.drop_table("api_keys")
    op.drop_index("uq_users_account_id_external_id", "users")
    op.drop_constraint(op.f("ck_users_userkind"), "users")
    for column in user_columns():
        op.drop_column("users", column.name)
    op.drop_constraint("uq_accounts_external_id", "accounts")
    op.drop_column("accounts", "external_id")
