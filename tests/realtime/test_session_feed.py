"""What is read once for all who watch a session."""

import asyncio
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from realtime import shared_feed
from realtime.session_feed import FeedCursor, LogPage, SessionFeed
from realtime.shared_feed import SharedFeeds
from services.channels import Channel
from storage.notifications import NotificationHub
from tests.api_client import PATIENCE


@dataclass(frozen=True)
class Item:
    number: int


class BreakingFeed(SessionFeed[Item]):
    """One whose first reads break."""

    breaks = 2

    async def read_newest(self) -> int:
        self.breaks -= 1
        if self.breaks >= 0:
            raise ValueError("a statement took too long")
        return 7

    async def read_after(self, number) -> LogPage[Item]:
        return LogPage([Item(8)] if number < 8 else [], is_last=number == 8)


async def test_a_feed_whose_first_reads_break_begins_a_little_later(monkeypatch, caplog):
    monkeypatch.setattr(shared_feed, "RETRY_AFTER", 0)
    kept = SharedFeeds(NotificationHub(), Channel.SESSION)
    create = partial(BreakingFeed, None, uuid4())
    async with asyncio.timeout(PATIENCE), kept.subscribe(uuid4(), create) as feed:
        assert feed.floor == 7
        seen = [item.number async for item in FeedCursor(feed, 7).batch.iterate()]
    assert seen == [8]
    assert len(kept) == 0
    assert caplog.text.count("A BreakingFeed cannot be read") == 2
