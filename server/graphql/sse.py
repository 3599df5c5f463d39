"""Server-sent events. Written by hand because a result that viewers share is encoded once for all
of them, and each event is one write; sse-starlette and Strawberry encode it for each viewer.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, "distinct connections mode". Lines
end in LF only: urql does not recognize the end of an event that ends in CRLF.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import aclosing, suppress
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Send

from execution.limits.response_memory import ResponseMemory
from execution.result_stream import ResultStream
from execution.shared_subscriptions import SharedResult
from server.graphql import response_encoding

NEXT = b"event: next\ndata: %b\n\n"
#: Browsers ignore an event without data.
COMPLETE = b"event: complete\ndata: \n\n"
PING = b": ping\n\n"

#: Seconds between comments that keep proxies from closing a quiet connection.
PING_EVERY = 15.0

#: Converts a result that is not shared to its response.
ProcessResult = Callable[[Any], Awaitable[Any]]


class SSEResponse(StreamingResponse):
    """A stream of results, which ends with `complete`."""

    def __init__(
        self,
        results: ResultStream,
        process_result: ProcessResult,
        headers: Mapping[str, str],
        memory: ResponseMemory,
        owner: Hashable,
    ) -> None:
        super().__init__(results, headers=headers)
        self._process_result = process_result
        self._memory = memory
        #: Whose share of the memory its events take.
        self._owner = owner

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        pings = asyncio.create_task(send_pings(send))
        try:
            async with aclosing(self.body_iterator) as results:  # type: ignore[type-var]
                async for result in results:
                    event = NEXT % await self._encoded(result)
                    with self._memory.hold(len(event), self._owner):
                        await send(body_message(event))
            await send(body_message(COMPLETE))
        finally:
            pings.cancel()
            with suppress(asyncio.CancelledError):
                await pings
        await send(body_message(b"", more=False))

    async def _encoded(self, result: Any) -> bytes:
        if isinstance(result, SharedResult):
            return result.encoded or response_encoding.encode_shared(result)
        response = await self._process_result(result)
        return response_encoding.encode_bounded(response, self._memory.limits.bytes)


async def send_pings(send: Send) -> None:
    while True:
        await asyncio.sleep(PING_EVERY)
        await send(body_message(PING))


def body_message(data: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}
