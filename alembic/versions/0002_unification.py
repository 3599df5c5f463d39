"""One table for both kinds of session: the plan's migration, to the letter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "ai_sessions",
        sa.Column("session_type", sa.String(10), nullable=False, server_default="guided"),
    )
    op.add_column("ai_sessions", sa.Column("title", sa.String(255)))


def downgrade() -> None:
    op.drop_column("ai_sessions", "title")
    op.drop_column("ai_sessions", "session_type")
