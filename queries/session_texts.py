"""The long texts of sessions, which can be cut: the messages of chats and the intake."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.chat import store
from services.chat.store import Message, MessageRange
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, param

#: More characters than any text has.
WHOLE_TEXT = 2**31 - 1

# The subquery with OFFSET unpacks an intake once, not for each use of its text.
TEXTS_SQL = text(
    """
    SELECT w.id AS session_id, w.name, left(t.value, w.chars) AS start, length(t.value) AS length
    FROM unnest(:ids, :names, :chars) AS w(id, name, chars)
    JOIN ai_sessions s ON s.id = w.id AND s.account_id = :account_id
    CROSS JOIN LATERAL (SELECT s.intake_content ->> w.name AS value OFFSET 0) t
    """
).bindparams(
    ACCOUNT_ID,
    param("ids", ARRAY(Uuid)),
    param("names", ARRAY(Text)),
    param("chars", ARRAY(Integer)),
)
INTAKE_TEXTS: Query[Any] = Query(
    TEXTS_SQL.columns(session_id=Uuid, name=Text, start=Text, length=Integer)
)


class IntakeTextKey(NamedTuple):
    """A text of an intake (`text`, `log_text`, `ticket_id`), and how much of it."""

    session_id: UUID
    name: str
    chars: int = WHOLE_TEXT


class IntakeText(NamedTuple):
    """None and 0 where the intake has no such text."""

    start: str | None
    #: Characters of the whole text.
    length: int


async def load_intake_texts(
    db: Reader, keys: Sequence[IntakeTextKey]
) -> dict[IntakeTextKey, IntakeText]:
    """Reads each text once, as much of it as the longest key needs."""
    longest: dict[tuple[UUID, str], int] = {}
    for id, name, chars in keys:
        longest[id, name] = max(chars, longest.get((id, name), 0))
    rows = await db.fetch_rows(
        INTAKE_TEXTS,
        ids=[id for id, _ in longest],
        names=[name for _, name in longest],
        chars=list(longest.values()),
        account_id=db.account_id,
    )
    found = {(row.session_id, row.name): row for row in rows}
    return {key: cut_text(found[key[:2]], key.chars) for key in keys if key[:2] in found}


def cut_text(row: Any, chars: int) -> IntakeText:
    return IntakeText(None if row.start is None else row.start[:chars], row.length or 0)


class MessagesKey(NamedTuple):
    """Messages with so many characters of each content; None for all."""

    range: MessageRange
    chars: int | None


async def load_messages_by_range(
    db: Reader, keys: Sequence[MessagesKey]
) -> dict[MessagesKey, list[Message]]:
    """One statement for each number of characters."""
    found: dict[MessagesKey, list[Message]] = {}
    for chars in {key.chars for key in keys}:
        ranges = [key.range for key in keys if key.chars == chars]
        loaded = await store.load_message_ranges(db, db.account_id, ranges, chars)
        found |= {MessagesKey(each, chars): rows for each, rows in loaded.items()}
    return found


async def load_messages(
    db: Reader, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Message]:
    """Messages by the ids of the session and of the message."""
    return await store.load_messages_by_id(db, db.account_id, keys)
