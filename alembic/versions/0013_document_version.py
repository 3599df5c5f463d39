"""The version of a document, which an edit can expect."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    version = sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1"))
    op.add_column("session_documents", version)


def downgrade() -> None:
    op.drop_column("session_documents", "version")
