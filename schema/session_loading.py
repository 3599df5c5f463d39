"""Loads sessions: maps the selected fields to columns, and rows to the types of the API."""

from binascii import b2a_base64
from collections.abc import Iterable
from functools import lru_cache
from typing import cast
from uuid import UUID

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

import models
from execution.selected_fields import FieldNames, selected_fields
from queries.by_id import SessionKey
from queries.session_list import SessionValues
from schema.context import Info
from schema.loaders import require_row
from schema.sessions import COLUMNS, AISession, ChatSession, GuidedSession

#: The class of a session type, and the prefix of its global ids.
SESSION_CLASSES: dict[models.SessionType, tuple[type[AISession], bytes]] = {
    models.SessionType.GUIDED: (GuidedSession, b"GuidedSession:"),
    models.SessionType.CHAT: (ChatSession, b"ChatSession:"),
}
#: Read for every session: it decides on the class.
REQUIRED_COLUMNS = frozenset({"session_type"})


def field_columns() -> dict[str, frozenset[str]]:
    """The columns that each field of a session needs, by the field's GraphQL name."""
    columns: dict[str, frozenset[str]] = {}
    for session_class, _ in SESSION_CLASSES.values():
        for field in get_object_definition(session_class, strict=True).fields:
            name = field.graphql_name or to_camel_case(field.python_name)
            columns[name] = frozenset(field.metadata.get(COLUMNS, [field.python_name]))
    # Made of the primary key, which is always read.
    del columns["id"]
    return columns


COLUMNS_BY_FIELD = field_columns()
ALL_COLUMNS = REQUIRED_COLUMNS.union(*COLUMNS_BY_FIELD.values())


@lru_cache(maxsize=500)
def columns_for(fields: FieldNames) -> frozenset[str]:
    return REQUIRED_COLUMNS.union(
        *(COLUMNS_BY_FIELD[field] for field in fields & COLUMNS_BY_FIELD.keys())
    )


def selected_columns(info: Info, *path: str) -> frozenset[str]:
    """The columns of sessions that an operation selects beneath a field."""
    return columns_for(selected_fields(info, *path))


def sessions_from_values(rows: Iterable[SessionValues]) -> list[AISession]:
    """Takes over each dict as the attributes of a session.

    The constructor cannot make a session of some columns, and with all of them takes 4 us a session
    where this takes 1: a third of the CPU of a page of 50 (`benchmarks/session_list.py`).
    """
    sessions = []
    for values in rows:
        session_class, prefix = SESSION_CLASSES[values["session_type"]]
        values["id"] = b2a_base64(prefix + str(values["key"]).encode(), newline=False).decode()
        session = object.__new__(session_class)
        session.__dict__ = values
        sessions.append(session)
    return sessions


def encode_session_id(session_type: models.SessionType, key: UUID) -> strawberry.ID:
    """The global id of a session of which nothing else is known."""
    _, prefix = SESSION_CLASSES[session_type]
    return strawberry.ID(b2a_base64(prefix + str(key).encode(), newline=False).decode())


def copy_sessions(rows: Iterable[SessionValues]) -> list[AISession]:
    """Of values that other viewers share."""
    return sessions_from_values(dict(values) for values in rows)


def session_from_row(row: models.AISession) -> AISession:
    values = {name: getattr(row, name) for name in ALL_COLUMNS}
    [session] = sessions_from_values([values | {"key": row.id}])
    return session


def chat_session_from_row(row: models.AISession) -> ChatSession:
    return cast("ChatSession", session_from_row(row))


def guided_session_from_row(row: models.AISession) -> GuidedSession:
    return cast("GuidedSession", session_from_row(row))


async def load_session_or_none(info: Info, session_id: UUID) -> AISession | None:
    key = SessionKey(session_id, selected_columns(info))
    values = await info.context.loaders.session.load(key)
    return sessions_from_values([values])[0] if values else None


async def load_session(info: Info, session_id: UUID) -> AISession:
    return require_row(await load_session_or_none(info, session_id), "session")
