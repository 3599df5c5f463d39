"""First token: the delay from the provider's first byte of text to the viewer's first token.

Two servers run on one durable PostgreSQL. The provider is a process that puts the time of sending
into each token. A viewer's delay ends when the token is read from a WebSocket and parsed. One
viewer is connected to the process that writes the answer, the other to the second process.
Alternating with them, the raw SDK reads answers of the same provider in this process: its delay is
the lower bound. The delays include the provider's HTTP, the SDK, the flush into the log, the
notification, reading the log, and GraphQL. Chat answers are not redacted, so no token is held back.

The first tokens after a pause are flushed immediately. That is visible with one answer at a time.
With several answers they wait for the pause between two flushes, which grows with the answers.
"""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import anthropic
import httpx2

from benchmarks.support import graphql_client, results_page
from benchmarks.support.environment import run_environment
from benchmarks.support.figures import record_figure
from benchmarks.support.timestamp_provider import timestamps_prompt, token_delays
from services.ai.anthropic.models import MODEL
from tests.chaos.roaming_client import TERMINAL, by_socket
from tests.server_process import serving

TOKENS = 5
PACE = 0.02
#: Concurrent answers, repetitions, and seconds before the first token in which viewers subscribe.
SITUATIONS = [(1, 50, 0.08), (20, 3, 0.8)]
STOPS = 20

RAW, SAME, OTHER = "raw SDK", "same process", "other process"


@dataclass
class Delays:
    """Delays in seconds, by reader."""

    first: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    later: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def record(self, reader: str, delays: list[float]) -> None:
        self.first[reader] += delays[:1]
        self.later[reader] += delays[1:]


@dataclass
class FirstTokenBenchmark:
    owner: str
    other: str
    sdk: anthropic.AsyncAnthropic
    http: httpx2.AsyncClient

    async def measure_answers(self, concurrency: int, times: int, head: float) -> Delays:
        delays = Delays()
        prompt = timestamps_prompt(TOKENS, pace=PACE, head=head)
        for _ in range(times):
            await asyncio.gather(*(self.read_raw(prompt, delays) for _ in range(concurrency)))
            await asyncio.gather(*(self.view_answer(prompt, delays) for _ in range(concurrency)))
        return delays

    async def read_raw(self, prompt: str, delays: Delays) -> None:
        events = await self.sdk.messages.create(
            model=MODEL,
            max_tokens=1000,
            messages=[{"role": "user", "content": prompt}],
            stream=True,
        )
        read = []
        async for event in events:
            if event.type == "content_block_delta":
                read += token_delays(event.delta.text)
        delays.record(RAW, read)

    async def view_answer(self, prompt: str, delays: Delays) -> None:
        """Start an answer, with a viewer on each process."""
        _, generation = await graphql_client.start_chat(self.http, self.owner, prompt)
        read = await asyncio.gather(
            *(read_token_delays(url, generation) for url in (self.owner, self.other))
        )
        for reader, found in zip((SAME, OTHER), read, strict=True):
            delays.record(reader, found)

    async def measure_stops(self) -> list[float]:
        prompt = timestamps_prompt(1000, pace=PACE)
        return [await self.measure_stop(prompt) for _ in range(STOPS)]

    async def measure_stop(self, prompt: str) -> float:
        """Stop an answer on the process that does not write it; returns the seconds until a viewer
        on the writing process receives the end."""
        _, generation = await graphql_client.start_chat(self.http, self.owner, prompt)
        events = by_socket(self.owner, id=generation)
        while "text" not in await anext(events):
            pass
        ending = asyncio.create_task(wait_for_end(events))
        stopped_at = time.monotonic()
        await graphql_client.execute_operation(
            self.http, self.other, graphql_client.STOP_GENERATION, id=generation
        )
        return await ending - stopped_at


async def read_token_delays(url: str, generation: str) -> list[float]:
    """The delays of an answer's tokens at one viewer; none if it subscribed after the first."""
    delays: list[float] = []
    async for event in by_socket(url, id=generation):
        if event["__typename"] == "GenerationStarted":
            started_at = time.monotonic()
        if "text" in event:
            delays += token_delays(event["text"])
            if time.monotonic() - delays[0] < started_at:
                return []
    return delays


async def wait_for_end(events: AsyncIterator[dict[str, object]]) -> float:
    async for event in events:
        if event["__typename"] in TERMINAL:
            return time.monotonic()
    raise AssertionError("the stream ended before the answer")


async def measure(owner: str, other: str, provider: str) -> None:
    async with (
        anthropic.AsyncAnthropic(api_key="a key", base_url=provider) as sdk,
        graphql_client.create_http_client() as http,
    ):
        benchmark, rows = FirstTokenBenchmark(owner, other, sdk, http), []
        for concurrency, times, head in SITUATIONS:
            rows += build_rows(
                f"{concurrency} at once", await benchmark.measure_answers(concurrency, times, head)
            )
        stops = await benchmark.measure_stops()
    median, maximum = statistics.median(stops) * 1000, max(stops) * 1000
    record_figure("stopGeneration: delay, ms", median)
    summary = (
        f"`stopGeneration` on the process that does not write the answer, until a viewer receives "
        f"the end: median {median:.0f} ms, maximum {maximum:.0f} ms of {len(stops)} (target: under "
        f"300)."
    )
    results_page.write_section(
        "first token", f"{results_page.markdown_table(HEAD, rows)}\n\n{summary}"
    )


def build_rows(title: str, delays: Delays) -> Iterator[list[str]]:
    for name, times in ("first", delays.first), ("later", delays.later):
        reference = statistics.median(times[RAW])
        for reader in RAW, SAME, OTHER:
            cuts = statistics.quantiles(times[reader], n=20)
            cells = (cuts[9], cuts[18], cuts[9] - reference)
            if reader != RAW:
                record_figure(f"{name} token, {title}, {reader}: delay, ms", cuts[9] * 1000)
            yield [f"{name} token, {title}", reader, *(f"{each * 1000:.1f} ms" for each in cells)]


HEAD = ["", "reader", "median", "95 %", "above the raw SDK"]


def main() -> None:
    with run_environment() as settings, serving(**settings) as owner, serving(**settings) as other:
        asyncio.run(measure(owner.url, other.url, settings["ANTHROPIC_BASE_URL"]))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
