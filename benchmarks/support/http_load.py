"""A few clients that ask one question over HTTP, each as soon as it has the answer before."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from benchmarks.support.harness import Load, Running, Sample

CLIENTS = 4


@asynccontextmanager
async def asking(question: Mapping[str, Any], seconds: float) -> AsyncIterator[Load]:
    """A load of that question, for so long each time."""
    async with aiohttp.ClientSession() as http:

        async def load(contestant: Running) -> Sample:
            until, latencies = time.perf_counter() + seconds, list[float]()
            await asyncio.gather(
                *(ask(http, contestant.url, question, until, latencies) for _ in range(CLIENTS))
            )
            return Sample(len(latencies), latencies)

        yield load


async def ask(
    http: aiohttp.ClientSession,
    url: str,
    question: Mapping[str, Any],
    until: float,
    latencies: list[float],
) -> None:
    now = time.perf_counter()
    while now < until:
        async with http.post(url, json=question) as answer:
            await answer.read()
            assert answer.status == 200, answer.status
        then, now = now, time.perf_counter()
        latencies.append(now - then)


async def answer(contestant: Running, question: Mapping[str, Any]) -> Any:
    """What it answers, once."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(contestant.url, json=question) as response,
    ):
        return await response.json()
