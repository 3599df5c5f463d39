"""Relay object identification: the Node interface, and global ids, a type name and a key in
base64, opaque to clients."""

from binascii import b2a_base64
from uuid import UUID

import strawberry
from strawberry.relay.utils import from_base64

from services import input_validation
from services.errors import InvalidInput, NotFound
from services.limits import ID_CHARS

SESSION_TYPES = ("GuidedSession", "ChatSession")


@strawberry.interface(description="Object with a global id; the query `node` finds it by that id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque id, unique over all types.")


def encode_global_id(type_name: str, key: object) -> strawberry.ID:
    return strawberry.ID(b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode())


def parse_global_id(id: str) -> tuple[str, str] | None:
    """Type name and key; None for a malformed id."""
    if len(id) > ID_CHARS:
        return None
    try:
        return from_base64(id)
    except ValueError:
        return None


def parse_uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def decode_global_id(id: str, *types: str, what: str) -> UUID:
    """The key of an id of one of these types, or NotFound."""
    type_name, key = parse_global_id(id) or ("", "")
    uuid = parse_uuid(key) if type_name in types else None
    if uuid is None:
        raise NotFound(what)
    return uuid


def decode_session_id(id: str) -> UUID:
    return decode_global_id(id, *SESSION_TYPES, what="session")


def decode_owner_filter(id: str) -> UUID:
    try:
        return decode_global_id(id, "User", what="user")
    except NotFound:
        raise InvalidInput("`ownerId` is not the id of a user.", "filter.ownerId") from None


def encode_message_id(session_id: UUID, message_id: str) -> strawberry.ID:
    return encode_global_id("ChatMessage", f"{session_id}/{message_id}")


def parse_message_key(key: str) -> tuple[UUID, str] | None:
    session_key, _, message_id = key.partition("/")
    session_id = parse_uuid(session_key)
    is_valid = message_id and input_validation.is_storable(message_id)
    return (session_id, message_id) if session_id and is_valid else None


def decode_message_id(id: str) -> tuple[UUID, str]:
    """The session's id and the message's key within the session, or NotFound."""
    type_name, key = parse_global_id(id) or ("", "")
    message_key = parse_message_key(key) if type_name == "ChatMessage" else None
    if message_key is None:
        raise NotFound("message")
    return message_key
