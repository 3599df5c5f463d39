"""What the server adds: generations with their token log, events, documents, search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SESSION_INDEXES = {
    "by_update": ["account_id", "updated_at", "id"],
    "by_creation": ["account_id", "created_at", "id"],
    "by_type": ["account_id", "session_type", "updated_at", "id"],
    "by_domain": ["account_id", "problem_domain", "updated_at", "id"],
    "by_owner": ["user_id", "updated_at", "id"],
    "by_ticket": ["account_id", "psa_ticket_id"],
}
DOCUMENT_KINDS = (
    "ticket_notes",
    "knowledge_article",
    "client_summary",
    "escalation_package",
    "status_update",
)
GENERATION_KINDS = (
    "chat_reply",
    "guided_step",
    "status_update",
    "ticket_notes",
    "knowledge_article",
    "client_summary",
    "escalation_package",
)
EVENT_KINDS = (
    "created",
    "message_added",
    "message_queued",
    "step_added",
    "step_answered",
    "paused",
    "resumed",
    "resolved",
    "escalated",
    "claimed",
    "abandoned",
    "reopened",
    "renamed",
    "ticket_linked",
    "ticket_unlinked",
    "note_pushed",
    "note_push_failed",
    "document_ready",
    "document_edited",
    "rated",
    "generation_started",
    "generation_finished",
    "deleted",
)
ERROR_CODES = (
    "not_found",
    "forbidden",
    "invalid_input",
    "invalid_transition",
    "stale_state",
    "session_busy",
    "already_claimed",
    "wrong_session_type",
    "step_already_answered",
    "session_too_long",
    "quota_exceeded",
    "rate_limited",
    "assistant_unavailable",
    "assistant_refused",
    "answer_too_long",
    "ticket_system_unavailable",
    "ticket_not_found",
    "internal",
)
GENERATION_STATUSES = ("queued", "running", "completed", "failed", "cancelled")
IN_PROGRESS = sa.text("status IN ('queued', 'running')")


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def time(name: str, *, required: bool = False) -> sa.Column:
    default = sa.func.now() if required else None
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=not required, server_default=default
    )


def reference(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], f"fk_{table}_{column}", ondelete=ondelete
    )


def of_a_session(table: str) -> list[sa.schema.SchemaItem]:
    """The two columns every part of a session has, and what they refer to."""
    return [
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        reference(table, "account_id", "accounts", "CASCADE"),
        reference(table, "session_id", "ai_sessions", "CASCADE"),
    ]


def session_columns() -> list[sa.Column]:
    return [
        sa.Column("state_version", sa.Integer(), nullable=False, server_default="0"),
        time("described_at"),
        sa.Column("suggested_flow_ids", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("escalated_by_id", sa.Uuid()),
        time("claimed_at"),
        time("escalated_at"),
        time("paused_at"),
        time("abandoned_at"),
    ]


def step_columns() -> list[sa.Column]:
    return [
        sa.Column("flow_node_id", sa.String(100)),
        sa.Column("generation_id", sa.Uuid()),
        sa.Column("selected_label", sa.Text()),
        sa.Column("answered_by_id", sa.Uuid()),
    ]


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    extend_flows()
    extend_sessions()
    create_session_search()
    create_generations()
    create_generation_deltas()
    extend_steps()
    create_events()
    create_documents()
    create_idempotency_keys()


def extend_flows() -> None:
    op.add_column("flows", sa.Column("symptoms", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "flows", sa.Column("content_hash", sa.String(64), nullable=False, server_default="")
    )
    words = (
        "setweight(to_tsvector('english', title || ' ' || symptoms), 'A') || "
        "setweight(to_tsvector('english', description || ' ' || domain), 'B')"
    )
    op.add_column(
        "flows",
        sa.Column("search", TSVECTOR(), sa.Computed(words, persisted=True), nullable=False),
    )
    op.create_index("ix_flows_search", "flows", ["search"], postgresql_using="gin")
    op.create_index("ix_flows_title_id", "flows", ["title", "id"])


def extend_sessions() -> None:
    for column in session_columns():
        op.add_column("ai_sessions", column)
    op.create_foreign_key(
        "fk_ai_sessions_escalated_by_id",
        "ai_sessions",
        "users",
        ["escalated_by_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index("ix_ai_sessions_escalated_by_id", "ai_sessions", ["escalated_by_id"])
    op.create_check_constraint(
        op.f("ck_ai_sessions_sessiontype"),
        "ai_sessions",
        one_of("session_type", ("guided", "chat")),
    )
    op.create_check_constraint(
        op.f("ck_ai_sessions_rating"), "ai_sessions", "session_rating BETWEEN 1 AND 5"
    )
    # Appending to a compressed array costs about three times as much as to a plain one.
    op.execute("ALTER TABLE ai_sessions ALTER conversation_messages SET STORAGE EXTERNAL")
    for name, columns in SESSION_INDEXES.items():
        op.create_index(f"ix_ai_sessions_{name}", "ai_sessions", columns)
    # The dashboard counts on these two alone, without a look at the rows.
    op.create_index(
        "ix_ai_sessions_by_status",
        "ai_sessions",
        ["account_id", "status", "updated_at", "id"],
        postgresql_include=["session_type"],
    )
    op.create_index(
        "ix_ai_sessions_by_resolution",
        "ai_sessions",
        ["account_id", "resolved_at"],
        postgresql_include=["created_at"],
        postgresql_where=sa.text("status = 'resolved'"),
    )
    # What was finished before this server came is not for it to describe.
    op.execute("UPDATE ai_sessions SET described_at = updated_at")
    op.create_index(
        "ix_ai_sessions_to_describe",
        "ai_sessions",
        ["created_at"],
        postgresql_where=sa.text("described_at IS NULL AND step_count > 0"),
    )


def create_session_search() -> None:
    op.create_table(
        "session_search",
        *of_a_session("session_search"),
        sa.Column("document", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_session_search"),
    )
    op.execute(
        """
        INSERT INTO session_search (session_id, account_id, document)
        SELECT id, account_id, to_tsvector('english', left(concat_ws(' ',
            title, problem_summary, intake_content->>'text', resolution_summary,
            (SELECT string_agg(content #>> '{}', ' ') FROM jsonb_path_query(
                conversation_messages, 'lax $[*].content') content),
            (SELECT string_agg(content, ' ') FROM ai_session_steps s
                WHERE s.session_id = ai_sessions.id)), 200000))
        FROM ai_sessions
        """
    )
    op.create_index(
        "ix_session_search_document", "session_search", ["document"], postgresql_using="gin"
    )


def create_generations() -> None:
    op.create_table(
        "generations",
        sa.Column("id", sa.Uuid(), nullable=False),
        *of_a_session("generations"),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("request", JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("requested_by_id", sa.Uuid()),
        sa.Column("owner", sa.Uuid()),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        time("lease_expires_at"),
        sa.Column("text", sa.Text()),
        sa.Column("last_number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("result_id", sa.String(64)),
        sa.Column("error_code", sa.String(30)),
        sa.Column("error_reason", sa.Text()),
        sa.Column("retryable", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("model", sa.String(100)),
        sa.Column("input_tokens", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("output_tokens", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cache_read_tokens", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cache_write_tokens", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cost_usd", sa.Numeric(14, 8)),
        time("created_at", required=True),
        time("first_token_at"),
        time("finished_at"),
        sa.PrimaryKeyConstraint("id", name="pk_generations"),
        reference("generations", "requested_by_id", "users", "SET NULL"),
        sa.CheckConstraint(
            one_of("kind", GENERATION_KINDS),
            op.f("ck_generations_generationkind"),
        ),
        sa.CheckConstraint(
            one_of("status", GENERATION_STATUSES), op.f("ck_generations_generationstatus")
        ),
        sa.CheckConstraint(one_of("error_code", ERROR_CODES), op.f("ck_generations_errorcode")),
    )
    op.create_index("ix_generations_session_id_position", "generations", ["session_id", "position"])
    op.create_index("ix_generations_requested_by_id", "generations", ["requested_by_id"])
    op.create_index(
        "ix_generations_lease", "generations", ["lease_expires_at"], postgresql_where=IN_PROGRESS
    )
    op.create_index(
        "uq_generations_one_turn_a_session",
        "generations",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("status = 'running' AND kind IN ('chat_reply', 'guided_step')"),
    )
    op.create_index(
        "ix_generations_account_id_in_progress",
        "generations",
        ["account_id"],
        postgresql_where=IN_PROGRESS,
    )
    op.create_index(
        "ix_generations_account_id_created_at", "generations", ["account_id", "created_at"]
    )


def create_generation_deltas() -> None:
    op.create_table(
        "generation_deltas",
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("generation_id", "number", name="pk_generation_deltas"),
        reference("generation_deltas", "generation_id", "generations", "CASCADE"),
        reference("generation_deltas", "account_id", "accounts", "CASCADE"),
    )


def extend_steps() -> None:
    for column in step_columns():
        op.add_column("ai_session_steps", column)
    # Before there were hand-offs, whoever owned the session gave the answers.
    op.execute(
        """
        UPDATE ai_session_steps SET answered_by_id = ai_sessions.user_id FROM ai_sessions
        WHERE ai_sessions.id = session_id AND responded_at IS NOT NULL
        """
    )
    # What was chosen, in the words in which it was offered.
    op.execute(
        """
        UPDATE ai_session_steps SET selected_label = jsonb_path_query_first(
            options, 'lax $[*] ? (@.value == $chosen).label',
            jsonb_build_object('chosen', selected_option)) #>> '{}'
        WHERE selected_option IS NOT NULL
        """
    )
    for column, target, ondelete in (
        ("generation_id", "generations", "SET NULL"),
        ("answered_by_id", "users", "RESTRICT"),
    ):
        op.create_foreign_key(
            f"fk_ai_session_steps_{column}",
            "ai_session_steps",
            target,
            [column],
            ["id"],
            ondelete=ondelete,
        )
        op.create_index(f"ix_ai_session_steps_{column}", "ai_session_steps", [column])


def create_events() -> None:
    op.create_table(
        "ai_session_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *of_a_session("ai_session_events"),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("detail", JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ai_session_events"),
        reference("ai_session_events", "actor_id", "users", "SET NULL"),
        sa.CheckConstraint(
            one_of("kind", EVENT_KINDS), op.f("ck_ai_session_events_sessioneventkind")
        ),
    )
    op.create_index("ix_ai_session_events_session_id_id", "ai_session_events", ["session_id", "id"])
    op.create_index("ix_ai_session_events_actor_id", "ai_session_events", ["actor_id"])


def create_documents() -> None:
    op.create_table(
        "session_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        *of_a_session("session_documents"),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("audience", sa.String(20)),
        sa.Column("length", sa.String(20)),
        sa.Column("written_markdown", sa.Text(), nullable=False),
        sa.Column("edited_markdown", sa.Text()),
        sa.Column("edited_by_id", sa.Uuid()),
        time("created_at", required=True),
        time("updated_at", required=True),
        sa.PrimaryKeyConstraint("id", name="pk_session_documents"),
        reference("session_documents", "edited_by_id", "users", "SET NULL"),
        sa.CheckConstraint(
            one_of("kind", DOCUMENT_KINDS), op.f("ck_session_documents_documentkind")
        ),
        sa.CheckConstraint(
            one_of("audience", ("ticket_notes", "client_update", "email_draft", "request_info")),
            op.f("ck_session_documents_statusupdateaudience"),
        ),
        sa.CheckConstraint(
            one_of("length", ("quick", "detailed")), op.f("ck_session_documents_statusupdatelength")
        ),
    )
    op.create_index(
        "ix_session_documents_session_id_created_at",
        "session_documents",
        ["session_id", "created_at"],
    )
    op.create_index("ix_session_documents_edited_by_id", "session_documents", ["edited_by_id"])
    op.create_index(
        "uq_session_documents_one_of_a_kind",
        "session_documents",
        ["session_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'status_update'"),
    )


def create_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(50), nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("outcome", JSONB(), nullable=False, server_default=sa.text("'{}'")),
        time("created_at", required=True),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_idempotency_keys"),
        reference("idempotency_keys", "user_id", "users", "CASCADE"),
        reference("idempotency_keys", "account_id", "accounts", "CASCADE"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


def downgrade() -> None:
    for column in ("generation_id", "answered_by_id"):
        op.drop_constraint(f"fk_ai_session_steps_{column}", "ai_session_steps")
    for column in step_columns():
        op.drop_column("ai_session_steps", column.name)
    for table in (
        "idempotency_keys",
        "session_documents",
        "ai_session_events",
        "generation_deltas",
        "generations",
        "session_search",
    ):
        op.drop_table(table)
    for name in (*SESSION_INDEXES, "by_status", "by_resolution", "to_describe"):
        op.drop_index(f"ix_ai_sessions_{name}", "ai_sessions")
    op.execute("ALTER TABLE ai_sessions ALTER conversation_messages SET STORAGE EXTENDED")
    op.drop_constraint(op.f("ck_ai_sessions_rating"), "ai_sessions")
    op.drop_constraint(op.f("ck_ai_sessions_sessiontype"), "ai_sessions")
    for column in session_columns():
        op.drop_column("ai_sessions", column.name)
    op.drop_index("ix_flows_title_id", "flows")
    for name in ("search", "content_hash", "symptoms"):
        op.drop_column("flows", name)
    # The extension stays: others in the same database may have come to use it.
