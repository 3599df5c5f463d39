"""The time zone of an account, in which its days begin."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APP = "sessions_app"
#: Where clocks go back over midnight, `AT TIME ZONE` chooses the second of two midnights: the day
#: begins an hour earlier. Where they go forward over midnight, it chooses the first instant.
DAY_START = """
CREATE FUNCTION day_start(day date, zone text) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN ((day::timestamp AT TIME ZONE zone) - interval '1 hour') AT TIME ZONE zone
        >= day::timestamp
    THEN (day::timestamp AT TIME ZONE zone) - interval '1 hour'
    ELSE day::timestamp AT TIME ZONE zone
END
"""


def upgrade() -> None:
    op.add_column("accounts", sa.Column("time_zone", sa.String(64)))
    op.execute(f"GRANT UPDATE (time_zone) ON accounts TO {APP}")
    op.execute(DAY_START)


def downgrade() -> None:
    op.execute("DROP FUNCTION day_start(date, text)")
    op.drop_column("accounts", "time_zone")
