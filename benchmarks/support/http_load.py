"""HTTP load: a few clients that repeat one GraphQL request, each without pause."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from benchmarks.support.harness import Load, Sample, ServerProcess

CLIENTS = 4


@asynccontextmanager
async def http_load(request: Mapping[str, Any], seconds: float) -> AsyncIterator[Load]:
    """A load that repeats this request for `seconds` in each round."""
    # Compression has a cost of its own, and not all servers have it.
    async with aiohttp.ClientSession(headers={"Accept-Encoding": "identity"}) as http:

        async def load(server: ServerProcess) -> Sample:
            until, latencies = time.perf_counter() + seconds, list[float]()
            await asyncio.gather(
                *(
                    send_requests(http, server.url, request, until, latencies)
                    for _ in range(CLIENTS)
                )
            )
            return Sample(len(latencies), latencies)

        yield load


async def send_requests(
    http: aiohttp.ClientSession,
    url: str,
    request: Mapping[str, Any],
    until: float,
    latencies: list[float],
) -> None:
    now = time.perf_counter()
    while now < until:
        async with http.post(url, json=request) as response:
            await response.read()
            assert response.status == 200, response.status
        started_at, now = now, time.perf_counter()
        latencies.append(now - started_at)


async def fetch_answer(server: ServerProcess, request: Mapping[str, Any]) -> Any:
    """Send the request once and return the response body."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(server.url, json=request) as response,
    ):
        return await response.json()
