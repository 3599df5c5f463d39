"""The messages of chats."""

from collections.abc import Sequence
from uuid import UUID

from services.chat import store
from services.chat.store import Message, MessageRange
from storage.reader import Reader


async def load_messages_by_range(
    db: Reader, ranges: Sequence[MessageRange]
) -> dict[MessageRange, list[Message]]:
    return await store.load_message_ranges(db, db.account_id, ranges)


async def load_messages(
    db: Reader, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Message]:
    """Messages by the ids of the session and of the message."""
    return await store.load_messages_by_id(db, db.account_id, keys)
