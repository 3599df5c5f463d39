"""SQL of the unit of work (changes of sessions, and their events) and of idempotency keys."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, inspect, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import Boolean, Text, Uuid

import models
from models import SessionEventKind
from services.chat.store import NewMessage, message_to_json
from services.principal import Principal
from storage.statements import Statement, dump_json
from storage.transactions import PendingWrite, Transaction


class PendingEvent(NamedTuple):
    session_id: UUID
    kind: SessionEventKind
    actor_id: UUID | None
    detail: dict[str, Any]


@dataclass(slots=True)
class SessionChange:
    """Pending changes of one session, written with one UPDATE of its row.

    `messages` are appended to the conversation; if `replaces_last`, the first of them takes the
    place of the last message. `texts` are added to the search index.
    """

    session: models.AISession
    messages: list[NewMessage] = field(default_factory=list)
    replaces_last: bool = False
    texts: list[str] = field(default_factory=list)

    def index(self, *texts: str | None) -> None:
        """Add texts to the search index of the session."""
        self.texts += filter(None, texts)


BUMP_VERSION = Statement(
    "UPDATE ai_sessions SET state_version = :version, updated_at = :at WHERE id = :session_id"
)
#: Rewrites the whole conversation, so the version and the step count go along.
APPEND_MESSAGES = Statement(
    """
    UPDATE ai_sessions SET state_version = :version, updated_at = :at,
        step_count = :step_count, conversation_messages = CASE WHEN :replaces_last
            THEN conversation_messages - -1 ELSE conversation_messages END || :messages
    WHERE id = :session_id
    """,
    replaces_last=Boolean(),
    messages=JSONB(),
)
#: Ordered, because the ids of events are assigned in this order.
INSERT_EVENTS = Statement(
    """
    INSERT INTO ai_session_events (account_id, session_id, kind, actor_id, detail)
    SELECT :account_id, e.session_id, e.kind, e.actor_id, e.detail::jsonb
    FROM unnest(:session_ids, :kinds, :actor_ids, :details)
        WITH ORDINALITY AS e(session_id, kind, actor_id, detail, place)
    ORDER BY e.place
    """,
    account_id=Uuid(),
    session_ids=ARRAY(Uuid),
    kinds=ARRAY(Text),
    actor_ids=ARRAY(Uuid),
    details=ARRAY(Text),
)


def change_writes(changes: Iterable[SessionChange]) -> Iterator[PendingWrite]:
    for change in changes:
        session = change.session
        values = {
            "session_id": session.id,
            "version": session.state_version,
            "at": session.updated_at,
        }
        if change.messages:
            values |= {
                "step_count": session.step_count,
                "replaces_last": change.replaces_last,
                "messages": [message_to_json(message) for message in change.messages],
            }
            yield PendingWrite(APPEND_MESSAGES, values)
        elif inspect(session).modified:
            # The ORM is going to update this row; let it write the version in the same UPDATE.
            flag_modified(session, "state_version")
            flag_modified(session, "updated_at")
        else:
            yield PendingWrite(BUMP_VERSION, values)


def event_writes(account_id: UUID, events: Sequence[PendingEvent]) -> Iterator[PendingWrite]:
    if events:
        session_ids, kinds, actor_ids, details = zip(*events, strict=True)
        values = {
            "account_id": account_id,
            "session_ids": session_ids,
            "kinds": kinds,
            "actor_ids": actor_ids,
            "details": [dump_json(detail) for detail in details],
        }
        yield PendingWrite(INSERT_EVENTS, values)


K = models.IdempotencyKey

KEYS_KEPT_FOR = timedelta(hours=24)
DELETE_KEYS = Statement(
    "DELETE FROM idempotency_keys WHERE created_at < now() - CAST(:kept_for AS interval)"
)


async def insert_key(
    db: Transaction, principal: Principal, key: str, operation: str, input_hash: str
) -> bool:
    """Insert a key, or take over an expired one; False if it is in use."""
    row = insert(K).values(
        user_id=principal.user_id,
        account_id=principal.account_id,
        key=key,
        operation=operation,
        input_hash=input_hash,
    )
    claim = row.on_conflict_do_update(
        index_elements=["account_id", "user_id", "key"],
        set_={
            "operation": row.excluded.operation,
            "input_hash": row.excluded.input_hash,
            "outcome": {},
            "created_at": func.now(),
        },
        where=K.created_at < func.now() - KEYS_KEPT_FOR,
    ).returning(K.key)
    return await db.orm.scalar(claim) is not None


async def load_key(db: Transaction, principal: Principal, key: str) -> models.IdempotencyKey:
    return await db.orm.get_one(K, (principal.account_id, principal.user_id, key))


async def update_outcome(
    db: Transaction, principal: Principal, key: str, outcome: dict[str, Any]
) -> None:
    await db.orm.execute(
        update(K)
        .where(K.account_id == principal.account_id, K.user_id == principal.user_id, K.key == key)
        .values(outcome=outcome)
        .execution_options(synchronize_session=False)
    )


async def delete_expired_keys(db: Transaction) -> None:
    await db.execute(DELETE_KEYS, kept_for=KEYS_KEPT_FOR)
