"""What happens to sessions in one unit of work: collected, and written at its end, a session's row
once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import Boolean, Text, Uuid

import models
from models import SessionEventKind
from services.sessions import search_index
from storage.batching import PendingWrite
from storage.statements import Statement, dump_json

TOUCH = Statement(
    "UPDATE ai_sessions SET state_version = :version, updated_at = :at WHERE id = :session_id"
)
#: The conversation is written, whatever its length, and with it all else there is.
SAY = Statement(
    """
    UPDATE ai_sessions SET state_version = :version, updated_at = :at,
        step_count = :step_count, conversation_messages = CASE WHEN :replaces
            THEN conversation_messages - -1 ELSE conversation_messages END || :messages
    WHERE id = :session_id
    """,
    replaces=Boolean(),
    messages=JSONB(),
)
#: In the order in which it happened: that is the order of the numbers which events are given.
RECORD = Statement(
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


class PendingEvent(NamedTuple):
    session_id: UUID
    kind: SessionEventKind
    actor_id: UUID | None
    detail: dict[str, Any]


@dataclass(slots=True)
class SessionChange:
    """Of a session whose row is locked. `messages` follow upon its conversation, the first in the
    place of the last one if it `replaces` that. `words` it is to be found by from now on."""

    session: models.AISession
    messages: list[dict[str, Any]] = field(default_factory=list)
    replaces: bool = False
    words: list[str] = field(default_factory=list)


def change_writes(changes: Iterable[SessionChange]) -> Iterator[PendingWrite]:
    for change in changes:
        session = change.session
        given = {
            "session_id": session.id,
            "version": session.state_version,
            "at": session.updated_at,
        }
        if change.words:
            yield search_index.index_write(session, change.words[: search_index.TEXTS_AT_ONCE])
        if change.messages:
            more = {"step_count": session.step_count, "replaces": change.replaces}
            yield PendingWrite(SAY, {**given, **more, "messages": change.messages})
        elif inspect(session).modified:
            # What the ORM is about to write, it writes with this.
            flag_modified(session, "state_version")
            flag_modified(session, "updated_at")
        else:
            yield PendingWrite(TOUCH, given)


def index_overflow(changes: Iterable[SessionChange]) -> Iterator[PendingWrite]:
    """Of sessions to which more has been said than is indexed at once. Each by itself: they change
    the same row."""
    size = search_index.TEXTS_AT_ONCE
    for change in changes:
        for start in range(size, len(change.words), size):
            yield search_index.index_write(change.session, change.words[start : start + size])


def event_writes(account_id: UUID, facts: Sequence[PendingEvent]) -> Iterator[PendingWrite]:
    if facts:
        session_ids, kinds, actor_ids, details = zip(*facts, strict=True)
        given = {
            "account_id": account_id,
            "session_ids": session_ids,
            "kinds": kinds,
            "actor_ids": actor_ids,
            "details": [dump_json(detail) for detail in details],
        }
        yield PendingWrite(RECORD, given)
