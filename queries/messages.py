"""The messages of chats."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.chat import store
from services.chat.store import Message, MessageRange
from storage.reader import Reader


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
