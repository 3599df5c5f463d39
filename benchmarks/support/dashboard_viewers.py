"""Subscribers of one dashboard over WebSockets, for as long as a block runs."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import orjson
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.support.load_viewers import run_concurrently
from tests.chaos.roaming_client import PROTOCOL

WATCH_DASHBOARD = """
subscription {name}($filter: SessionFilter) {{
  dashboardEvents(filter: $filter) {{
    __typename cursor
    ... on DashboardSnapshot {{ summary {{ ...Figures }} active {{ ...Row }} recent {{ ...Row }} }}
    ... on DashboardSessionChanged {{
      kind session {{ ...Row }} summary {{ ...Figures }}
    }}
  }}
}}
fragment Figures on DashboardSummary {{
  byStatus {{ status count }} generating unclaimedEscalations resolvedToday
}}
fragment Row on AISession {{
  __typename id displayTitle status stepCount createdAt updatedAt
  owner {{ id name }} escalatedTo {{ id name }}
}}
"""


@dataclass
class DeliveryDelays:
    """Delays of the events that viewers receive while `is_recording`."""

    delays: list[float] = field(default_factory=list)
    is_recording: bool = False

    def record(self, message: str) -> None:
        if self.is_recording:
            event = orjson.loads(message)["payload"]["data"]["dashboardEvents"]
            changed = datetime.fromisoformat(event["session"]["updatedAt"])
            self.delays.append(time.time() - changed.timestamp())


@asynccontextmanager
async def watch_dashboard(
    url: str, count: int, shares: bool, delays: DeliveryDelays
) -> AsyncIterator[None]:
    """Subscribe `count` viewers; yields after each has its snapshot."""
    names = ["Dashboard" if shares else f"Dashboard{nth}" for nth in range(count)]
    sockets = await run_concurrently(
        [partial(subscribe_to_dashboard, url, WATCH_DASHBOARD.format(name=name)) for name in names]
    )
    readers = [asyncio.create_task(read_messages(socket, delays)) for socket in sockets]
    try:
        yield
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in sockets))


async def subscribe_to_dashboard(url: str, operation: str) -> ClientConnection:
    socket = await connect(
        url.replace("http", "ws", 1),
        subprotocols=[PROTOCOL],
        compression=None,
        ping_interval=None,
        max_queue=None,
    )
    await socket.send(json.dumps({"type": "connection_init"}))
    await socket.recv()
    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": operation}}))
    snapshot = orjson.loads(await socket.recv())
    assert snapshot["payload"]["data"]["dashboardEvents"]["active"], snapshot
    return socket


async def read_messages(socket: ClientConnection, delays: DeliveryDelays) -> None:
    async for message in socket:
        delays.record(str(message))
