"""The messages of a chat: elements of `conversation_messages`, appended in one statement and
cut out of the array in SQL. Rows from before this server have neither id nor time: there an
element's place stands for its id, and the session's creation for its time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import DateTime, Integer, Text, Uuid
from uuid_utils.compat import uuid7

import models
from models import MessageRating, MessageRole, SessionEventKind
from services.errors import NotFound
from services.sessions import events, search_index
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork
from storage.orm_loading import set_committed
from storage.reader import Reader
from storage.statements import Query, Statement
from storage.transactions import Transaction


class Message(NamedTuple):
    """`place` counts from 1 and never changes."""

    session_id: UUID
    place: int
    id: str
    role: MessageRole
    content: str
    created_at: datetime
    interrupted: bool = False
    rating: MessageRating | None = None


class MessageRange(NamedTuple):
    """Which messages of a session: places from `low` to `high`, both included."""

    session_id: UUID
    low: int
    high: int


READ = text(
    """
    SELECT s.id AS session_id, s.created_at AS session_created_at, w.low, w.high, m.place, m.element
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
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("lows", type_=ARRAY(Integer)),
    bindparam("highs", type_=ARRAY(Integer)),
    bindparam("account_id", type_=Uuid),
)
BETWEEN: Query[Any] = Query(
    READ.columns(
        session_id=Uuid,
        session_created_at=DateTime(timezone=True),
        low=Integer,
        high=Integer,
        place=Integer,
        element=JSONB,
    )
)

FIND = text(
    """
    SELECT s.id AS session_id, s.created_at AS session_created_at, m.place::int AS place, m.element
    FROM unnest(:ids, :message_ids) AS w(id, message_id)
    JOIN ai_sessions s ON s.id = w.id AND s.account_id = :account_id
    -- Of the sessions asked for and no others: unpacking is the costly part.
    CROSS JOIN jsonb_array_elements(
        CASE WHEN s.id = w.id AND jsonb_typeof(s.conversation_messages) = 'array'
        THEN s.conversation_messages END
    ) WITH ORDINALITY AS m(element, place)
    WHERE coalesce(m.element->>'id', m.place::text) = w.message_id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("message_ids", type_=ARRAY(Text)),
    bindparam("account_id", type_=Uuid),
)
BY_KEY: Query[Any] = Query(
    FIND.columns(
        session_id=Uuid, session_created_at=DateTime(timezone=True), place=Integer, element=JSONB
    )
)

RATE = Statement(
    "UPDATE ai_sessions SET conversation_messages ="
    " jsonb_set(conversation_messages, ARRAY[(:place - 1)::text, 'rating'], :rating)"
    " WHERE id = :session_id",
    place=Integer(),
    rating=JSONB(),
)


def new_message(role: MessageRole, content: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "role": role,
        "content": content,
        "created_at": utc_now().isoformat(),
        **more,
    }


def pending_message(session: models.AISession, message: dict[str, Any]) -> Message:
    """A message that waits for its turn: it has no place in the conversation yet."""
    return from_element(session.id, 0, message, session.created_at)


def append_message(
    work: UnitOfWork,
    session: models.AISession,
    message: dict[str, Any],
    *,
    actor_id: UUID | None = None,
    **detail: Any,
) -> Message:
    """Append a message to a locked session, whatever its length so far: it is written with the
    unit of work. It is the caller's, unless somebody else is named."""
    by_assistant = message["role"] == MessageRole.ASSISTANT
    change = events.record_event(
        work,
        session,
        SessionEventKind.MESSAGE_ADDED,
        by_assistant=by_assistant,
        actor_id=actor_id,
        message_id=message["id"],
        role=message["role"],
        **({"interrupted": True} if message.get("interrupted") else {}),
        **detail,
    )
    change.messages.append(message)
    if "replaces" in detail:
        change.replaces = True
    else:
        set_committed(session, step_count=session.step_count + 1)
    search_index.index_text(work, session, message["content"])
    return from_element(session.id, session.step_count, message, session.created_at)


def append_reply(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    content: str,
    *,
    interrupted: bool,
) -> Message | str:
    """Append the assistant's reply, or put it in the place of the one it was to replace. One that
    was cut short replaces nothing: the old one, of which this is the id, is better than half of a
    new one."""
    replaced = generation.request.get("replaces")
    if replaced and interrupted:
        return str(replaced)
    reply = new_message(
        MessageRole.ASSISTANT,
        content,
        generation_id=str(generation.id),
        **({"interrupted": True} if interrupted else {}),
    )
    return append_message(work, session, reply, **({"replaces": replaced} if replaced else {}))


async def load_message_ranges(
    db: Reader | Transaction, account_id: UUID, slices: Sequence[MessageRange]
) -> dict[MessageRange, list[Message]]:
    """The messages of several slices in one statement."""
    found: dict[MessageRange, list[Message]] = {s: [] for s in slices}
    for row in await db.fetch_rows(BETWEEN, **range_parameters(account_id, slices)):
        found[MessageRange(row.session_id, row.low, row.high)].append(from_row(row))
    return found


def range_parameters(account_id: UUID, slices: Sequence[MessageRange]) -> dict[str, Any]:
    once = dict.fromkeys(slices)
    return {
        "ids": [s.session_id for s in once],
        "lows": [s.low for s in once],
        "highs": [s.high for s in once],
        "account_id": account_id,
    }


async def find_message(
    db: Transaction, session: models.AISession, message_id: str
) -> Message | None:
    key = (session.id, message_id)
    return (await load_messages_by_id(db, session.account_id, [key])).get(key)


async def load_messages_by_id(
    db: Reader | Transaction, account_id: UUID, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Message]:
    """Messages by session and id, in one statement, without the ORM."""
    found = map(from_row, await db.fetch_rows(BY_KEY, **id_parameters(account_id, keys)))
    return {(message.session_id, message.id): message for message in found}


def id_parameters(account_id: UUID, keys: Sequence[tuple[UUID, str]]) -> dict[str, Any]:
    return {
        "ids": [id for id, _ in keys],
        "message_ids": [id for _, id in keys],
        "account_id": account_id,
    }


async def rate_message(
    work: UnitOfWork, session: models.AISession, message_id: str, rating: MessageRating | None
) -> Message:
    """Rate an answer of the assistant in a locked session; None takes the rating back."""
    message = await find_message(work.transaction, session, message_id)
    if message is None or message.role is not MessageRole.ASSISTANT:
        raise NotFound("answer of the assistant")
    await work.transaction.execute(RATE, session_id=session.id, place=message.place, rating=rating)
    events.record_event(work, session, SessionEventKind.RATED, message_id=message_id, rating=rating)
    rated = await find_message(work.transaction, session, message_id)
    return rated or message


ROLES = {role.value: role for role in MessageRole}


def from_row(row: Any) -> Message:
    element = row.element if isinstance(row.element, dict) else orjson.loads(row.element)
    return from_element(row.session_id, row.place, element, row.session_created_at)


def from_element(
    session_id: UUID, place: int, element: dict[str, Any], session_created_at: datetime
) -> Message:
    at = element.get("created_at")
    rating = element.get("rating")
    return Message(
        session_id=session_id,
        place=place,
        id=element.get("id") or str(place),
        role=ROLES[element["role"]],
        content=element["content"],
        created_at=datetime.fromisoformat(at) if at else session_created_at,
        interrupted=bool(element.get("interrupted")),
        rating=MessageRating(rating) if rating else None,
    )
