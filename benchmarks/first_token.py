"""From the provider's first byte of text to the viewer's first token, and to the later ones.

Two servers as they are started in production, on one durable PostgreSQL, and a provider in a
process of its own that says of each word when it was sent. The viewers' clocks stop when the word
is read from a WebSocket and parsed: one is connected to the process that writes the answer, one to
the other. In turns with them the raw SDK reads answers of the same provider, in this process; what
it takes is what the others cannot do without. Included are therefore the provider's own HTTP, the
SDK, the flush into the log, the signal, reading the log, and GraphQL. Answers of chats are not
redacted, so no word is held back.

The first words after a pause are flushed at once: that is seen where one answer is written at a
time. With more, they wait for the tick that the others' words keep going.
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
from benchmarks.support.timestamp_provider import timestamps_prompt, token_delays
from services.ai.anthropic.models import MODEL
from tests.chaos.roaming_client import TERMINAL, by_socket
from tests.server_process import serving

WORDS = 5
PACE = 0.02
#: Answers at once, how often, and the time viewers have to be there before the first word.
SITUATIONS = [(1, 50, 0.08), (20, 3, 0.8)]
STOPS = 20

RAW, SAME, OTHER = "raw SDK", "same process", "other process"


@dataclass
class Delays:
    """In seconds, by who has read."""

    first: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    later: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, reader: str, delays: list[float]) -> None:
        self.first[reader] += delays[:1]
        self.later[reader] += delays[1:]


@dataclass
class Bench:
    owner: str
    other: str
    sdk: anthropic.AsyncAnthropic
    http: httpx2.AsyncClient

    async def answers(self, at_once: int, times: int, head: float) -> Delays:
        delays = Delays()
        asked = timestamps_prompt(WORDS, pace=PACE, head=head)
        for _ in range(times):
            await asyncio.gather(*(self.read_raw(asked, delays) for _ in range(at_once)))
            await asyncio.gather(*(self.view(asked, delays) for _ in range(at_once)))
        return delays

    async def read_raw(self, asked: str, delays: Delays) -> None:
        events = await self.sdk.messages.create(
            model=MODEL,
            max_tokens=1000,
            messages=[{"role": "user", "content": asked}],
            stream=True,
        )
        read = []
        async for event in events:
            if event.type == "content_block_delta":
                read += token_delays(event.delta.text)
        delays.note(RAW, read)

    async def view(self, asked: str, delays: Delays) -> None:
        """Have an answer written, with a viewer on each process."""
        _, generation = await graphql_client.start_chat(self.http, self.owner, asked)
        read = await asyncio.gather(*(look(url, generation) for url in (self.owner, self.other)))
        for reader, found in zip((SAME, OTHER), read, strict=True):
            delays.note(reader, found)

    async def stops(self) -> list[float]:
        asked = timestamps_prompt(1000, pace=PACE)
        return [await self.stop(asked) for _ in range(STOPS)]

    async def stop(self, asked: str) -> float:
        """Stop an answer on the process that does not write it, before a viewer's eyes on the
        one that does."""
        _, generation = await graphql_client.start_chat(self.http, self.owner, asked)
        events = by_socket(self.owner, id=generation)
        while "text" not in await anext(events):
            pass
        ending = asyncio.create_task(ended_at(events))
        asked_at = time.monotonic()
        await graphql_client.execute_operation(
            self.http, self.other, graphql_client.STOP_GENERATION, id=generation
        )
        return await ending - asked_at


async def look(url: str, generation: str) -> list[float]:
    """The delays of an answer's words at one viewer; none if it came too late for the first."""
    delays: list[float] = []
    async for event in by_socket(url, id=generation):
        if event["__typename"] == "GenerationStarted":
            there_at = time.monotonic()
        if "text" in event:
            delays += token_delays(event["text"])
            if time.monotonic() - delays[0] < there_at:
                return []
    return delays


async def ended_at(events: AsyncIterator[dict[str, object]]) -> float:
    async for event in events:
        if event["__typename"] in TERMINAL:
            return time.monotonic()
    raise AssertionError("the stream has ended before the answer")


async def measure(owner: str, other: str, provider: str) -> None:
    async with (
        anthropic.AsyncAnthropic(api_key="a key", base_url=provider) as sdk,
        graphql_client.create_http_client() as http,
    ):
        bench, rows = Bench(owner, other, sdk, http), []
        for at_once, times, head in SITUATIONS:
            rows += rows_of(f"{at_once} at once", await bench.answers(at_once, times, head))
        stops = await bench.stops()
    middle, most = statistics.median(stops) * 1000, max(stops) * 1000
    says = (
        f"`stopGeneration` on the process that does not write the answer, until a viewer is told: "
        f"{middle:.0f} ms in the median, {most:.0f} ms at most of {len(stops)} (aim: under 300)."
    )
    results_page.write_section(
        "first token", f"{results_page.markdown_table(HEAD, rows)}\n\n{says}"
    )


def rows_of(title: str, delays: Delays) -> Iterator[list[str]]:
    for name, times in ("first", delays.first), ("later", delays.later):
        reference = statistics.median(times[RAW])
        for reader in RAW, SAME, OTHER:
            cuts = statistics.quantiles(times[reader], n=20)
            found = (cuts[9], cuts[18], cuts[9] - reference)
            yield [f"{name} token, {title}", reader, *(f"{each * 1000:.1f} ms" for each in found)]


HEAD = ["", "read by", "median", "95 %", "more than the raw SDK"]


def main() -> None:
    with run_environment() as settings, serving(**settings) as owner, serving(**settings) as other:
        asyncio.run(measure(owner.url, other.url, settings["ANTHROPIC_BASE_URL"]))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
