"""SQL of chat messages: elements of the JSON array `conversation_messages`.

A message is appended in one statement and cut out of the array in SQL. Rows older than this server
have neither id nor time nor author: their place stands for the id, the session's creation for the
time, its owner for the author.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import DateTime, Integer, Text, Uuid
from uuid_utils.compat import uuid7

import models
from models import MessageRating, MessageRole
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, Statement, param
from storage.transactions import Transaction


class Message(NamedTuple):
    """`place` counts from 1 and never changes; 0 is a message that waits in the queue."""

    session_id: UUID
    place: int
    id: str
    role: MessageRole
    content: str
    created_at: datetime
    interrupted: bool = False
    rating: MessageRating | None = None
    #: Characters of the whole content, where `content` is cut.
    content_length: int | None = None
    #: None: the assistant.
    author_id: UUID | None = None


class MessageRange(NamedTuple):
    """Messages of a session with places from `low` to `high`, both included."""

    session_id: UUID
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is not yet part of a conversation."""

    role: MessageRole
    content: str
    author_id: UUID | None = None
    generation_id: UUID | None = None
    interrupted: bool = False
    id: str = field(default_factory=lambda: str(uuid7()))
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def at_place(self, session_id: UUID, place: int) -> Message:
        content = (self.id, self.role, self.content, self.created_at, self.interrupted)
        return Message(session_id, place, *content, author_id=self.author_id)


RANGES_SQL = """
    SELECT s.id AS session_id, s.created_at AS session_created_at, s.user_id AS owner_id,
        w.low, w.high, m.place, m.element AS element
    FROM unnest(:ids, :lows, :highs) AS w(id, low, high)
    JOIN ai_sessions s ON s.id = w.id AND s.account_id = :account_id
    CROSS JOIN LATERAL (
        SELECT w.low + p.number - 1 AS place, p.element
        FROM jsonb_array_elements(jsonb_path_query_array(
            s.conversation_messages, '$[$low to $high]',
            jsonb_build_object('low', w.low - 1, 'high', w.high - 1)
        )) WITH ORDINALITY AS p(element, number)
    ) m
    WHERE w.low <= w.high
    ORDER BY s.id, w.low, m.place
"""
#: A message whose content ends after the parameter `chars`; nobody asks for the length with zero.
CUT_ELEMENT = """
    m.element - 'content' || jsonb_build_object(
        'content', CASE WHEN :chars > 0 THEN left(m.element->>'content', :chars) ELSE '' END,
        'content_length', CASE WHEN :chars > 0 THEN length(m.element->>'content') END
    )
"""


def message_ranges_query(sql: str) -> Query[Any]:
    selected = text(sql).bindparams(
        ACCOUNT_ID,
        param("ids", ARRAY(Uuid)),
        param("lows", ARRAY(Integer)),
        param("highs", ARRAY(Integer)),
    )
    return Query(
        selected.columns(
            session_id=Uuid,
            session_created_at=DateTime(timezone=True),
            owner_id=Uuid,
            low=Integer,
            high=Integer,
            place=Integer,
            element=JSONB,
        )
    )


MESSAGE_RANGES = message_ranges_query(RANGES_SQL)
CUT_MESSAGE_RANGES = message_ranges_query(RANGES_SQL.replace("m.element AS", f"{CUT_ELEMENT} AS"))

BY_ID_SQL = text(
    """
    SELECT s.id AS session_id, s.created_at AS session_created_at, s.user_id AS owner_id,
        m.place::int AS place, m.element
    FROM (
        -- A conversation is unpacked once for all of its messages.
        SELECT id, array_agg(message_id) AS message_ids
        FROM unnest(:ids, :message_ids) AS asked(id, message_id) GROUP BY id
    ) w
    JOIN ai_sessions s ON s.id = w.id AND s.account_id = :account_id
    -- The CASE keeps the planner from unpacking the conversations of other sessions.
    CROSS JOIN jsonb_array_elements(
        CASE WHEN s.id = w.id AND jsonb_typeof(s.conversation_messages) = 'array'
        THEN s.conversation_messages END
    ) WITH ORDINALITY AS m(element, place)
    WHERE coalesce(m.element->>'id', m.place::text) = ANY(w.message_ids)
    """
).bindparams(ACCOUNT_ID, param("ids", ARRAY(Uuid)), param("message_ids", ARRAY(Text)))
MESSAGES_BY_ID: Query[Any] = Query(
    BY_ID_SQL.columns(
        session_id=Uuid,
        session_created_at=DateTime(timezone=True),
        owner_id=Uuid,
        place=Integer,
        element=JSONB,
    )
)

SET_RATING = Statement(
    "UPDATE ai_sessions SET conversation_messages ="
    " jsonb_set(conversation_messages, ARRAY[(:place - 1)::text, 'rating'], :rating)"
    " WHERE id = :session_id",
    place=Integer(),
    rating=JSONB(),
)

#: Several times as fast as a call of the enum.
ROLES = {role.value: role for role in MessageRole}


async def load_message_ranges(
    db: Reader | Transaction,
    account_id: UUID,
    ranges: Sequence[MessageRange],
    chars: int | None = None,
) -> dict[MessageRange, list[Message]]:
    """Load several ranges of messages with one statement, with so many characters of each."""
    found: dict[MessageRange, list[Message]] = {each: [] for each in ranges}
    ids, lows, highs = zip(*found, strict=True) if found else ((), (), ())
    query = MESSAGE_RANGES if chars is None else CUT_MESSAGE_RANGES
    rows = await db.fetch_rows(
        query, account_id=account_id, ids=ids, lows=lows, highs=highs, chars=chars
    )
    for row in rows:
        found[MessageRange(row.session_id, row.low, row.high)].append(message_from_row(row))
    return found


async def load_messages_by_id(
    db: Reader | Transaction, account_id: UUID, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Message]:
    """Load messages by session and id with one statement."""
    ids, message_ids = zip(*keys, strict=True) if keys else ((), ())
    rows = await db.fetch_rows(
        MESSAGES_BY_ID, account_id=account_id, ids=ids, message_ids=message_ids
    )
    return {(message.session_id, message.id): message for message in map(message_from_row, rows)}


async def find_message(
    db: Transaction, account_id: UUID, session_id: UUID, message_id: str
) -> Message | None:
    key = (session_id, message_id)
    return (await load_messages_by_id(db, account_id, [key])).get(key)


async def find_queued_message(db: Transaction, generation_id: UUID) -> NewMessage | None:
    """Find the message that a queued generation answers."""
    generation = await db.orm.get(models.Generation, (db.account_id, generation_id))
    if generation is None or "message" not in generation.request:
        return None
    return message_from_json(generation.request["message"])


async def update_message_rating(
    db: Transaction, message: Message, rating: MessageRating | None
) -> None:
    await db.execute(SET_RATING, session_id=message.session_id, place=message.place, rating=rating)


def message_from_row(row: Any) -> Message:
    element = row.element if isinstance(row.element, dict) else orjson.loads(row.element)
    created_at, rating = element.get("created_at"), element.get("rating")
    role = ROLES[element["role"]]
    return Message(
        session_id=row.session_id,
        place=row.place,
        id=element.get("id") or str(row.place),
        role=role,
        author_id=author_of(role, element, row.owner_id),
        content=element["content"],
        created_at=datetime.fromisoformat(created_at) if created_at else row.session_created_at,
        interrupted=bool(element.get("interrupted")),
        rating=MessageRating(rating) if rating else None,
        content_length=element.get("content_length"),
    )


def author_of(role: MessageRole, element: dict[str, Any], owner_id: UUID) -> UUID | None:
    """Nobody but its owner wrote to a session before messages had an author."""
    if role is MessageRole.ASSISTANT:
        return None
    author_id = element.get("author_id")
    return UUID(author_id) if author_id else owner_id


def message_to_json(message: NewMessage) -> dict[str, Any]:
    """The stored form of a message; what it does not have is left out."""
    optional = {
        "author_id": message.author_id and str(message.author_id),
        "generation_id": message.generation_id and str(message.generation_id),
        "interrupted": message.interrupted,
    }
    return {
        "id": message.id,
        "role": message.role,
        "content": message.content,
        "created_at": message.created_at.isoformat(),
        **{name: value for name, value in optional.items() if value},
    }


def message_from_json(element: dict[str, Any]) -> NewMessage:
    """A message that was stored before it entered the conversation."""
    author_id = element.get("author_id")
    return NewMessage(
        id=element["id"],
        role=ROLES[element["role"]],
        content=element["content"],
        created_at=datetime.fromisoformat(element["created_at"]),
        author_id=UUID(author_id) if author_id else None,
    )
