"""One answer of 50 tokens, from a provider that sends them in a burst or 2 ms apart: ours beside
Strawberry's own server-sent events over the SDK's `.stream()`, and LiteLLM's proxy.

The others pass on what comes and keep nothing. Ours is the server as it is run: a message in a
chat, whose answer is written down before it is seen, is kept, counted and paid for, with a viewer
who subscribes to it. So what the viewer's stream takes is told apart from what the message takes:
the messages are sent first, their answers held back by the provider, and then looked at.
"""

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import aiohttp
import anthropic
import psutil

from benchmarks.support import litellm_proxy, results_page, token_provider
from benchmarks.support.answer_clients import (
    AnswerClient,
    LiteLLMChatClient,
    LiteLLMMessagesClient,
    ProductClient,
    ReceivedAnswer,
    SdkClient,
    StrawberryClient,
    read_answer,
)
from benchmarks.support.environment import DATABASE_NAME, fetch_rows, run_database
from benchmarks.support.harness import (
    ServerProcess,
    find_free_port,
    pin_client_cores,
    python_command,
    start_server,
)
from benchmarks.support.report_tables import Ratio, format_ratio
from tests.server_process import SESSIONS, environment, run

TOKENS = 50
PACES = {"in a burst": 0.0, "2 ms apart": 0.002}
ROUNDS, AT_ONCE = 3, 8
#: Answers one at a time, to see when their first token comes.
SINGLY = 12
#: Until the viewers are there, while what a message takes is told apart.
HELD = 0.6
#: Until a viewer is there, where the way from the provider's first byte is measured.
SHORTLY = 0.1
#: For what goes on behind an answer's end.
AFTER = 0.3

DATABASE = "its PostgreSQL"
STREAM, MESSAGE, BOTH = "ours, the viewer's stream", "ours, the message", "ours, both"
Spent = dict[str, float]


@dataclass(frozen=True, slots=True)
class Contest:
    tellers: Sequence[AnswerClient]
    ours: ProductClient
    postgres: ServerProcess

    @property
    def others(self) -> list[AnswerClient]:
        return [each for each in self.tellers if not isinstance(each, SdkClient | ProductClient)]


@contextmanager
def server(provider: str) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """Ours, and its database: beside it, where both share a core."""
    port = find_free_port()
    with run_database() as postgres:
        run("migrate", DATABASE_URL=postgres.dsn(DATABASE_NAME)).check_returncode()
        file = "SELECT pg_read_file('postmaster.pid') AS told"
        pid = int(fetch_rows(postgres.dsn(DATABASE_NAME), file)[0]["told"].split()[0])
        more = environment(
            DATABASE_URL=postgres.dsn(DATABASE_NAME),
            ANTHROPIC_API_KEY="a key",
            ANTHROPIC_BASE_URL=provider,
            SESSIONS_LOG_LEVEL="warning",
            SESSIONS_PORT=str(port),
        )
        with start_server(
            "ours", [str(SESSIONS), "serve"], port=port, path="/graphql", **more
        ) as ours:
            yield ours, ServerProcess(DATABASE, "", psutil.Process(pid))


@contextmanager
def stock(provider: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    command = python_command("benchmarks.servers_under_test.strawberry_streaming", str(port))
    more = {"ANTHROPIC_BASE_URL": provider, "ANTHROPIC_API_KEY": "a key"}
    with start_server("stock", command, port=port, **more) as running:
        yield running


def started(stack: ExitStack, provider: str) -> ServerProcess | None:
    """LiteLLM, where it can be had."""
    if not litellm_proxy.ensure_litellm_installed():
        return None
    try:
        return stack.enter_context(litellm_proxy.start_litellm_proxy("litellm", provider))
    except (OSError, RuntimeError) as error:
        print(f"LiteLLM could not be started: {error}")
        return None


async def checked(contest: Contest) -> None:
    """All say the same."""
    expected = "".join(token_provider.expected_words(TOKENS)).lstrip()
    for teller in contest.tellers:
        found = await read_answer(teller, token_provider.tokens_prompt(TOKENS))
        assert found.words == expected, (teller.name, found.text)


# the first token


async def delays(
    contest: Contest, head: float, since: Callable[[ReceivedAnswer], float]
) -> dict[str, list[float]]:
    """Seconds to it, in turns, one answer at a time."""
    found: dict[str, list[float]] = {each.name: [] for each in contest.tellers}
    for _ in range(SINGLY):
        for teller in contest.tellers:
            answer = await read_answer(
                teller, token_provider.tokens_prompt(TOKENS, pace=0.002, head=head)
            )
            found[teller.name].append(answer.first_at - since(answer))
    return found


def delay_table(found: dict[str, list[float]]) -> str:
    middle = {name: statistics.median(each) for name, each in found.items()}
    raw, ours = middle["raw SDK"], middle["ours"] - middle["raw SDK"]
    rows = []
    for name, each in found.items():
        more = middle[name] - raw
        most = statistics.quantiles(each, n=100)[98] - raw
        cells = (f"{more * 1000:.1f} ms", f"{most * 1000:.1f} ms", f"{format_ratio(more / ours)}x")
        rows.append((name, f"{middle[name] * 1000:.1f} ms", *(cells if more else ("", "", ""))))
    return results_page.markdown_table(("", "p50", "more than raw, p50", "p99", "times ours"), rows)


# what it takes


@dataclass
class Taken:
    """CPU seconds a stream, of each round."""

    rounds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, seconds: float) -> None:
        self.rounds.setdefault(name, []).append(seconds)

    def ratio(self, name: str) -> Ratio:
        pairs = zip(self.rounds[name], self.rounds[STREAM], strict=True)
        each = [theirs / ours for theirs, ours in pairs]
        return Ratio(statistics.median(each), min(each), max(each))


async def measured(contest: Contest, pace: float) -> Taken:
    taken = Taken()
    for nth in range(ROUNDS + 1):
        found = await measure_ours(contest, pace)
        for teller in contest.others:
            found[teller.name] = await cpu(teller.running, passing_on(teller, pace))  # type: ignore[attr-defined]
        for name, seconds in found.items() if nth else ():
            taken.note(name, seconds)
    return taken


async def cpu(running: ServerProcess, work: Awaitable[object]) -> float:
    used = running.cpu_seconds()
    await work
    return (running.cpu_seconds() - used) / AT_ONCE


async def passing_on(teller: AnswerClient, pace: float) -> None:
    """As ours are: all at once, held for a while."""
    asked = token_provider.tokens_prompt(TOKENS, pace=pace, head=HELD)
    await asyncio.gather(*(read_answer(teller, asked) for _ in range(AT_ONCE)))
    await asyncio.sleep(AFTER)


async def measure_ours(contest: Contest, pace: float) -> Spent:
    ours = contest.ours
    asked = token_provider.tokens_prompt(TOKENS, pace=pace, head=HELD)
    chats = ours.chats[:AT_ONCE]
    begun: list[str] = []

    async def messages() -> None:
        begun.extend(await asyncio.gather(*(ours.send_message(chat, asked) for chat in chats)))
        await asyncio.sleep(HELD / 3)

    async def streams() -> None:
        await asyncio.gather(*(seen(ours, generation) for generation in begun))
        await asyncio.sleep(AFTER)

    used = contest.postgres.cpu_seconds()
    message = await cpu(ours.server, messages())
    stream = await cpu(ours.server, streams())
    database = (contest.postgres.cpu_seconds() - used) / AT_ONCE
    return {STREAM: stream, MESSAGE: message, BOTH: message + stream, DATABASE: database}


async def seen(ours: ProductClient, generation: str) -> None:
    text = "".join([piece async for piece in ours.watch_generation(generation)])
    assert len(text.split()) == TOKENS, text


def cpu_table(by_pace: dict[str, Taken], memory: dict[str, int]) -> str:
    names = next(iter(by_pace.values())).rounds
    rows = [
        (
            name,
            *(
                cell
                for taken in by_pace.values()
                for cell in (
                    f"{statistics.median(taken.rounds[name]) * 1000:.1f} ms",
                    str(taken.ratio(name)),
                )
            ),
            f"{memory[name] / 1024**2:.0f} MB" if name in memory else "",
        )
        for name in names
    ]
    heads = [cell for pace in by_pace for cell in (f"CPU a stream, {pace}", "times ours")]
    return results_page.markdown_table(("", *heads, "memory"), rows)


def marks(
    asked: dict[str, list[float]], sent: dict[str, list[float]], by_pace: dict[str, Taken]
) -> Iterator[str]:
    for since, delays in ("question", asked), ("provider's first token", sent):
        middle = {name: statistics.median(each) for name, each in delays.items()}
        raw, ours = middle["raw SDK"], middle["ours"]
        for name in (name for name in middle if name.startswith("LiteLLM")):
            found = (middle[name] - raw) / (ours - raw)
            yield mark(f"time from the {since} to the viewer's against {name}", 5, found)
    for pace, taken in by_pace.items():
        yield mark(
            f"CPU of a viewer's stream {pace} against {StrawberryClient.name}",
            4,
            stock_ratio(taken),
        )


def stock_ratio(taken: Taken) -> float:
    return taken.ratio(StrawberryClient.name).median


def mark(what: str, aim: float, found: float) -> str:
    word = "reached" if found >= aim else "**missed**"
    return f"- {what}: aim {aim:g}x, found {format_ratio(found)}x: {word}"


async def compare(
    ours: ServerProcess,
    postgres: ServerProcess,
    other: ServerProcess,
    proxy: ServerProcess | None,
    url: str,
) -> str:
    async with (
        # Let go of before a server does, which would be in the middle of the next request.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=2)) as http,
        anthropic.AsyncAnthropic(api_key="a key", base_url=url) as sdk,
    ):
        us = ProductClient(http, ours)
        proxies: list[AnswerClient] = (
            [LiteLLMMessagesClient(http, proxy), LiteLLMChatClient(http, proxy)] if proxy else []
        )
        contest = Contest(
            [SdkClient(sdk), us, StrawberryClient(http, other), *proxies], us, postgres
        )
        us.chats += [await us.start_chat(token_provider.tokens_prompt(2)) for _ in range(AT_ONCE)]
        await checked(contest)
        asked = await delays(contest, 0.0, lambda answer: answer.asked_at)
        sent = await delays(contest, SHORTLY, lambda answer: answer.sent_at)
        by_pace = {name: await measured(contest, pace) for name, pace in PACES.items()}
    memory = {STREAM: ours.memory_bytes(), StrawberryClient.name: other.memory_bytes()}
    if proxy:
        memory |= {each.name: proxy.memory_bytes() for each in proxies}
    return "\n\n".join(
        [
            "From the provider's first token to the viewer's:",
            delay_table(sent),
            "From the question to the viewer's first token; ours keeps the message first:",
            delay_table(asked),
            cpu_table(by_pace, memory),
            "\n".join(marks(asked, sent, by_pace)),
        ]
    )


def main() -> None:
    with pin_client_cores(), ExitStack() as stack:
        provider = stack.enter_context(token_provider.run_token_provider())
        ours, postgres = stack.enter_context(server(provider))
        other = stack.enter_context(stock(provider))
        proxy = started(stack, provider)
        found = asyncio.run(compare(ours, postgres, other, proxy, provider))
    results_page.write_section("streaming", found)


if __name__ == "__main__":
    sys.exit(main())
