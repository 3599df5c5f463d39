"""The tables as they stood before the unification: two systems, two histories.

A database that already holds them is stamped with this revision and upgraded from here.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def key() -> sa.Column:
    return sa.Column("id", sa.Uuid(), nullable=False)


def time(name: str, *, required: bool = False) -> sa.Column:
    default = sa.func.now() if required else None
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=not required, server_default=default
    )


def one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    op.create_table(
        "accounts",
        key(),
        sa.Column("name", sa.String(255), nullable=False),
        time("created_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "users",
        key(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("role", sa.String(20), nullable=False, server_default="engineer"),
        time("created_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_users_account_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            one_of("role", "viewer", "engineer", "lead", "admin"), op.f("ck_users_role")
        ),
    )
    op.create_index(
        "uq_users_account_id_email", "users", ["account_id", sa.text("lower(email)")], unique=True
    )
    op.create_table(
        "flows",
        key(),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("domain", sa.String(100), nullable=False),
        sa.Column("tags", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("tree", JSONB(), nullable=False),
        sa.Column("usage_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("success_rate", sa.Float()),
        time("last_matched_at"),
        time("created_at", required=True),
        time("updated_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_flows"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_flows_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "uq_flows_account_id_slug",
        "flows",
        ["account_id", "slug"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "assistant_chats",
        key(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(255)),
        sa.Column("messages", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        time("created_at", required=True),
        time("updated_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_assistant_chats"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_assistant_chats_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], "fk_assistant_chats_user_id", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_assistant_chats_user_id", "assistant_chats", ["user_id"])
    op.create_table(
        "ai_sessions",
        key(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="active"),
        sa.Column("intake_type", sa.String(20), nullable=False, server_default="free_text"),
        sa.Column("intake_content", JSONB(), nullable=False),
        sa.Column("problem_summary", sa.Text()),
        sa.Column("problem_domain", sa.String(100)),
        sa.Column("step_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("conversation_messages", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("system_prompt_snapshot", sa.Text()),
        sa.Column("matched_flow_id", sa.Uuid()),
        sa.Column("match_score", sa.Float()),
        sa.Column("confidence_tier", sa.String(20)),
        sa.Column("confidence_score", sa.Float()),
        sa.Column("resolution_summary", sa.Text()),
        sa.Column("escalation_reason", sa.Text()),
        sa.Column("escalation_package", JSONB()),
        sa.Column("escalated_to_id", sa.Uuid()),
        sa.Column("psa_ticket_id", sa.String(100)),
        sa.Column("psa_connection_id", sa.Uuid()),
        sa.Column("session_rating", sa.Integer()),
        sa.Column("session_feedback", sa.Text()),
        time("created_at", required=True),
        time("updated_at", required=True),
        time("resolved_at"),
        sa.PrimaryKeyConstraint("id", name="pk_ai_sessions"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_ai_sessions_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], "fk_ai_sessions_user_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["matched_flow_id"], ["flows.id"], "fk_ai_sessions_matched_flow_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["escalated_to_id"], ["users.id"], "fk_ai_sessions_escalated_to_id", ondelete="SET NULL"
        ),
        sa.CheckConstraint(
            one_of("status", "active", "paused", "resolved", "escalated", "abandoned"),
            op.f("ck_ai_sessions_sessionstatus"),
        ),
        sa.CheckConstraint(
            one_of("intake_type", "free_text", "psa_ticket", "log_paste", "combined"),
            op.f("ck_ai_sessions_intaketype"),
        ),
        sa.CheckConstraint(
            one_of("confidence_tier", "guided", "exploring", "discovery"),
            op.f("ck_ai_sessions_confidencetier"),
        ),
    )
    op.create_index("ix_ai_sessions_matched_flow_id", "ai_sessions", ["matched_flow_id"])
    op.create_index("ix_ai_sessions_escalated_to_id", "ai_sessions", ["escalated_to_id"])
    op.create_table(
        "ai_session_steps",
        key(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("step_order", sa.Integer(), nullable=False),
        sa.Column("step_type", sa.String(30), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("context_message", sa.Text()),
        sa.Column("options", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("allow_free_text", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("allow_skip", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("expected_outcome", sa.Text()),
        sa.Column("confidence_tier", sa.String(20)),
        sa.Column("confidence_score", sa.Float()),
        sa.Column("selected_option", sa.String(255)),
        sa.Column("response_text", sa.Text()),
        sa.Column("skipped", sa.Boolean(), nullable=False, server_default=sa.false()),
        time("responded_at"),
        time("created_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_ai_session_steps"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], "fk_ai_session_steps_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["ai_sessions.id"], "fk_ai_session_steps_session_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "session_id", "step_order", name="uq_ai_session_steps_session_id_step_order"
        ),
        sa.CheckConstraint(
            one_of(
                "step_type",
                "question",
                "action",
                "script",
                "verification",
                "info_request",
                "resolution_suggestion",
            ),
            op.f("ck_ai_session_steps_steptype"),
        ),
        sa.CheckConstraint(
            one_of("confidence_tier", "guided", "exploring", "discovery"),
            op.f("ck_ai_session_steps_confidencetier"),
        ),
    )


def downgrade() -> None:
    for table in (
        "ai_session_steps",
        "ai_sessions",
        "assistant_chats",
        "flows",
        "users",
        "accounts",
    ):
        op.drop_table(table)
