"""Every key begins with the account, so that no row can refer to one of another account.

Not one transaction: each step holds its locks for milliseconds only. Indexes are built
concurrently, references are added without a check and checked afterwards, and then the keys change
places, table by table. After a failure the migration can be run again: it skips what is done.
"""

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SHARED_SCOPE = "'00000000-0000-0000-0000-000000000000'::uuid"
#: Columns of the primary key by table, before and now.
KEYS = {
    "users": ("id", "account_id, id"),
    "flows": ("id", "scope_id, id"),
    "ai_sessions": ("id", "account_id, id"),
    "ai_session_steps": ("id", "account_id, id"),
    "ai_session_events": ("id", "account_id, id"),
    "deleted_sessions": ("session_id", "account_id, session_id"),
    "session_documents": ("id", "account_id, id"),
    "session_search": ("session_id", "account_id, session_id"),
    "session_tallies": ("id", "account_id, id"),
    "assistant_chats": ("id", "account_id, id"),
    "generations": ("id", "account_id, id"),
    "generation_deltas": ("generation_id, number", "account_id, generation_id, number"),
    "idempotency_keys": ("user_id, key", "account_id, user_id, key"),
    "api_keys": ("id", "account_id, id"),
    "rates": ("subject_id, kind", "account_id, subject_id, kind"),
    "ledger": ("generation_id", "account_id, generation_id"),
    "spending": ("subject_id, period, starts", "account_id, subject_id, period, starts"),
}
STEPS = "ai_session_steps"
#: Name and columns of its unique constraint, before and now.
STEP_ORDER = (
    ("uq_ai_session_steps_session_id_step_order", "session_id, step_order"),
    ("uq_ai_session_steps_account_id_session_id_step_order", "account_id, session_id, step_order"),
)
#: Unique indexes: table, columns before and now, condition.
UNIQUE_INDEXES = {
    "uq_generations_one_turn_a_session": (
        "generations",
        ("session_id", "account_id, session_id"),
        "status = 'running' AND kind IN ('chat_reply', 'guided_step')",
    ),
    "uq_session_documents_one_of_a_kind": (
        "session_documents",
        ("session_id, kind", "account_id, session_id, kind"),
        "kind <> 'status_update'",
    ),
}
#: The new primary keys begin with their column.
REDUNDANT_INDEXES = {
    "ix_session_tallies_account_id": "session_tallies",
    "ix_api_keys_account_id": "api_keys",
}
#: Their rows refer to a row of the account that takes them along. A second reference, to the
#: account itself, would be checked at each insert and could find nothing.
IMPLIED_ACCOUNTS = (
    "ai_session_steps",
    "ai_session_events",
    "session_documents",
    "session_search",
    "generations",
    "generation_deltas",
    "idempotency_keys",
    "api_keys",
)


class Reference(NamedTuple):
    table: str
    column: str
    target: str
    ondelete: str
    scope: str = "account_id"

    @property
    def before(self) -> tuple[str, str]:
        """Name and definition."""
        return f"fk_{self.table}_{self.column}", (
            f"FOREIGN KEY ({self.column}) REFERENCES {self.target} (id) ON DELETE {self.ondelete}"
        )

    @property
    def now(self) -> tuple[str, str]:
        """Name and definition. `SET NULL` leaves the account as it is."""
        ondelete = f"SET NULL ({self.column})" if self.ondelete == "SET NULL" else self.ondelete
        scope = "account_id" if self.scope == "account_id" else "scope_id"
        return f"fk_{self.table}_{self.scope}_{self.column}", (
            f"FOREIGN KEY ({self.scope}, {self.column})"
            f" REFERENCES {self.target} ({scope}, id) ON DELETE {ondelete}"
        )


REFERENCES = (
    Reference("ai_sessions", "user_id", "users", "RESTRICT"),
    Reference("ai_sessions", "escalated_to_id", "users", "SET NULL"),
    Reference("ai_sessions", "escalated_by_id", "users", "SET NULL"),
    Reference("ai_sessions", "matched_flow_id", "flows", "SET NULL", "matched_flow_scope_id"),
    Reference("ai_session_steps", "session_id", "ai_sessions", "CASCADE"),
    Reference("ai_session_steps", "generation_id", "generations", "SET NULL"),
    Reference("ai_session_steps", "answered_by_id", "users", "RESTRICT"),
    Reference("ai_session_events", "session_id", "ai_sessions", "CASCADE"),
    Reference("ai_session_events", "actor_id", "users", "SET NULL"),
    Reference("session_documents", "session_id", "ai_sessions", "CASCADE"),
    Reference("session_documents", "edited_by_id", "users", "SET NULL"),
    Reference("session_search", "session_id", "ai_sessions", "CASCADE"),
    Reference("assistant_chats", "user_id", "users", "RESTRICT"),
    Reference("generations", "session_id", "ai_sessions", "CASCADE"),
    Reference("generations", "requested_by_id", "users", "SET NULL"),
    Reference("generation_deltas", "generation_id", "generations", "CASCADE"),
    Reference("idempotency_keys", "user_id", "users", "CASCADE"),
    Reference("api_keys", "user_id", "users", "CASCADE"),
    Reference("flow_uses", "flow_id", "flows", "CASCADE", "flow_scope_id"),
)
#: Columns that refer to a flow: by table, the column and that of its scope.
FLOW_COLUMNS = {
    "ai_sessions": ("matched_flow_id", "matched_flow_scope_id"),
    "flow_uses": ("flow_id", "flow_scope_id"),
}
#: The scope of the flow as the account sees it. A flow of another account has none, and the
#: reference fails.
SET_SCOPE = """
CREATE OR REPLACE FUNCTION set_scope_of_{column}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.{scope} := coalesce((SELECT scope_id FROM flows WHERE id = NEW.{column}
        AND scope_id IN (NEW.account_id, {shared}) ORDER BY scope_id DESC LIMIT 1), {shared});
    RETURN NEW;
END $$
"""
TABLES = sorted({*KEYS, *FLOW_COLUMNS, "accounts"})


def upgrade() -> None:
    begin_step()
    for table in TABLES:
        # The owner checks all rows: with FORCE it would see none, and find nothing wrong.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    add_flow_scopes()
    build_indexes(1)
    references = [each.now for each in REFERENCES]
    add_references(references)
    validate_flow_scopes()
    swap_keys(1, old_references=[(r.table, r.before[0]) for r in REFERENCES])
    for table in IMPLIED_ACCOUNTS:
        drop_constraint(table, f"fk_{table}_account_id")
    for name in REDUNDANT_INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    force_row_level_security()


def downgrade() -> None:
    begin_step()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    build_indexes(0)
    for name, table in REDUNDANT_INDEXES.items():
        with op.get_context().autocommit_block():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} (account_id)")
    accounts = "FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE"
    implied = [(f"fk_{table}_account_id", accounts) for table in IMPLIED_ACCOUNTS]
    add_references([*(each.before for each in REFERENCES), *implied])
    swap_keys(0, old_references=[(r.table, r.now[0]) for r in REFERENCES])
    drop_flow_scopes()
    force_row_level_security()


def begin_step() -> None:
    """Commit what was done, and do not queue for long in front of others for the next locks."""
    with op.get_context().autocommit_block():
        pass
    op.execute("SET LOCAL lock_timeout = '10s'")


def force_row_level_security() -> None:
    begin_step()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def add_flow_scopes() -> None:
    """The default is the scope of the bundled flows, so that no table is rewritten but `flows`."""
    op.execute(
        "ALTER TABLE flows ADD COLUMN IF NOT EXISTS scope_id uuid NOT NULL"
        f" GENERATED ALWAYS AS (coalesce(account_id, {SHARED_SCOPE})) STORED"
    )
    for table, (column, scope) in FLOW_COLUMNS.items():
        begin_step()
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {scope} uuid NOT NULL"
            f" DEFAULT {SHARED_SCOPE}"
        )
        if definition(table, f"ck_{table}_flow_scope") is None:
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_flow_scope CHECK"
                f" ({scope} = account_id OR {scope} = {SHARED_SCOPE}) NOT VALID"
            )
        op.execute(SET_SCOPE.format(column=column, scope=scope, shared=SHARED_SCOPE))
        op.execute(f"DROP TRIGGER IF EXISTS set_flow_scope ON {table}")
        op.execute(
            f"CREATE TRIGGER set_flow_scope BEFORE INSERT OR UPDATE OF {column} ON {table}"
            f" FOR EACH ROW WHEN (NEW.{column} IS NOT NULL)"
            f" EXECUTE FUNCTION set_scope_of_{column}()"
        )
        begin_step()
        op.execute(
            f"UPDATE {table} t SET {scope} = f.account_id FROM flows f"  # noqa: S608
            f" WHERE f.id = t.{column} AND f.account_id IS NOT NULL AND t.{scope} <> f.account_id"
        )


def validate_flow_scopes() -> None:
    with op.get_context().autocommit_block():
        for table in FLOW_COLUMNS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_flow_scope")


def drop_flow_scopes() -> None:
    for table, (column, scope) in FLOW_COLUMNS.items():
        begin_step()
        op.execute(f"DROP TRIGGER IF EXISTS set_flow_scope ON {table}")
        op.execute(f"DROP FUNCTION IF EXISTS set_scope_of_{column}()")
        op.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {scope}")
    op.execute("ALTER TABLE flows DROP COLUMN IF EXISTS scope_id")


def definition(table: str, constraint: str) -> str | None:
    found: str | None = op.get_bind().scalar(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = CAST(:table AS regclass) AND conname = :name"
        ),
        {"table": table, "name": constraint},
    )
    return found


def has_key(table: str, columns: str) -> bool:
    return definition(table, f"pk_{table}") == f"PRIMARY KEY ({columns})"


def build_indexes(version: int) -> None:
    """The indexes of the keys, under names of their own. Nobody waits for that."""
    for table, columns in KEYS.items():
        if not has_key(table, columns[version]):
            build_index(f"pk_{table}_next", table, columns[version])
    name, columns = STEP_ORDER[version]
    if definition(STEPS, name) is None:
        build_index(f"{name}_next", STEPS, columns)
    for name, (table, columns, condition) in UNIQUE_INDEXES.items():
        build_index(f"{name}_next", table, columns[version], condition)


def build_index(name: str, table: str, columns: str, condition: str | None = None) -> None:
    is_valid = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    if op.get_bind().scalar(is_valid, {"name": name}):
        # Built by an attempt that failed later.
        return
    where = f" WHERE {condition}" if condition else ""
    with op.get_context().autocommit_block():
        # A build that was cut off leaves an index that is not valid.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns}){where}")


def add_references(references: list[tuple[str, str]]) -> None:
    """First for new rows, then, without locks that others wait for, for those there are."""
    tables = {each[0]: r.table for r in REFERENCES for each in (r.before, r.now)}
    tables |= {f"fk_{table}_account_id": table for table in IMPLIED_ACCOUNTS}
    for name, text in references:
        table = tables[name]
        if definition(table, name) is None:
            begin_step()
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {text} NOT VALID")
    with op.get_context().autocommit_block():
        for name, _ in references:
            op.execute(f"ALTER TABLE {tables[name]} VALIDATE CONSTRAINT {name}")


def swap_keys(version: int, *, old_references: list[tuple[str, str]]) -> None:
    for table, name in old_references:
        begin_step()
        drop_constraint(table, name)
    for table, columns in KEYS.items():
        begin_step()
        if not has_key(table, columns[version]):
            drop_constraint(table, f"pk_{table}")
            op.execute(
                f"ALTER TABLE {table}"
                f" ADD CONSTRAINT pk_{table} PRIMARY KEY USING INDEX pk_{table}_next"
            )
    begin_step()
    name, _ = STEP_ORDER[version]
    if definition(STEPS, name) is None:
        drop_constraint(STEPS, STEP_ORDER[1 - version][0])
        op.execute(f"ALTER TABLE {STEPS} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}_next")
    for name in UNIQUE_INDEXES:
        begin_step()
        op.execute(f"DROP INDEX IF EXISTS {name}")
        op.execute(f"ALTER INDEX {name}_next RENAME TO {name}")


def drop_constraint(table: str, name: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
