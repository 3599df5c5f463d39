"""The search index has the words of the server's own analysis.

New entries have them at once. The server writes those there are anew, in the background; until
then they are found by their old words. No step holds a lock for longer than milliseconds.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEEPER = "sessions_keeper"
TABLE = "session_search"
INDEX = "ix_session_search_outdated"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute(
        f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS"
        " analysis_version smallint NOT NULL DEFAULT '0'"
    )
    op.execute("ALTER TABLE flows ADD COLUMN IF NOT EXISTS search_words tsvector")
    op.execute(f"GRANT SELECT (account_id, analysis_version) ON {TABLE} TO {KEEPER}")
    op.execute(f"DROP POLICY IF EXISTS {KEEPER} ON {TABLE}")
    op.execute(f"CREATE POLICY {KEEPER} ON {TABLE} FOR SELECT TO {KEEPER} USING (true)")
    with op.get_context().autocommit_block():
        # A build that was cut off leaves an index that is not valid.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        op.execute(
            f"CREATE INDEX CONCURRENTLY {INDEX} ON {TABLE} (account_id, session_id)"
            " WHERE analysis_version < 1"
        )


def downgrade() -> None:
    """The entries stay as they are: a search of the version before finds most of their words."""
    op.execute(f"DROP POLICY IF EXISTS {KEEPER} ON {TABLE}")
    op.execute(f"REVOKE SELECT (account_id, analysis_version) ON {TABLE} FROM {KEEPER}")  # noqa: S608
    op.drop_index(INDEX, TABLE)
    op.drop_column("flows", "search_words")
    op.drop_column(TABLE, "analysis_version")
