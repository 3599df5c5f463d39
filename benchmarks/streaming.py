"""Streaming: one answer of 50 tokens, which the provider sends in a burst or 2 ms apart.

Compares our server with Strawberry's server-sent events over the SDK's `.stream()`, and with
LiteLLM's proxy. The competitors forward the tokens and store nothing. Our server stores a chat
message, writes its answer to a durable log before a subscriber sees it, and records usage and cost.
The CPU of the subscriber's stream is therefore measured apart from that of the message: the
messages are sent first, the provider delays their answers, and then the subscribers connect.
"""

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
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
from benchmarks.support.figures import is_comparison_run, record_figure
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
ROUNDS, CONCURRENCY = 3, 8
#: Answers for the delay of the first token, one at a time.
SEQUENTIAL_ANSWERS = 12
#: Seconds before the first token, which separate the message's CPU from the stream's.
PROVIDER_DELAY = 0.6
#: Seconds before the first token where the delay from the provider's first byte is measured.
SHORT_PROVIDER_DELAY = 0.1
#: Seconds for the work after the end of an answer.
SETTLE_SECONDS = 0.3

DATABASE = "PostgreSQL of ours"
STREAM, MESSAGE, BOTH = "ours, subscriber's stream", "ours, message", "ours, both"
CpuByName = dict[str, float]
ServerClient = ProductClient | StrawberryClient | LiteLLMMessagesClient
ClientType = type[ServerClient]


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of all servers under test, and the database of ours."""

    sdk: SdkClient
    product: ProductClient
    competitors: Sequence[ServerClient]
    postgres: ServerProcess

    @property
    def all(self) -> list[AnswerClient]:
        return [self.sdk, self.product, *self.competitors]


@contextmanager
def start_product(provider: str) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """Our server and its database, on the same core."""
    port = find_free_port()
    with run_database() as postgres:
        run("migrate", DATABASE_URL=postgres.dsn(DATABASE_NAME)).check_returncode()
        file = "SELECT pg_read_file('postmaster.pid') AS content"
        pid = int(fetch_rows(postgres.dsn(DATABASE_NAME), file)[0]["content"].split()[0])
        variables = environment(
            DATABASE_URL=postgres.dsn(DATABASE_NAME),
            ANTHROPIC_API_KEY="a key",
            ANTHROPIC_BASE_URL=provider,
            SESSIONS_LOG_LEVEL="warning",
            SESSIONS_PORT=str(port),
        )
        with start_server(
            "ours", [str(SESSIONS), "serve"], port=port, path="/graphql", **variables
        ) as ours:
            yield ours, ServerProcess(DATABASE, "", psutil.Process(pid))


@contextmanager
def start_strawberry(provider: str) -> Iterator[ServerProcess]:
    port = find_free_port()
    command = python_command("benchmarks.servers_under_test.strawberry_streaming", str(port))
    variables = {"ANTHROPIC_BASE_URL": provider, "ANTHROPIC_API_KEY": "a key"}
    with start_server("stock", command, port=port, **variables) as server:
        yield server


def start_litellm(stack: ExitStack, provider: str) -> ServerProcess | None:
    """LiteLLM's proxy, or None if it cannot be installed or started."""
    if not litellm_proxy.ensure_litellm_installed():
        return None
    try:
        return stack.enter_context(litellm_proxy.start_litellm_proxy("litellm", provider))
    except (OSError, RuntimeError) as error:
        print(f"LiteLLM could not be started: {error}")
        return None


async def check_answers(clients: Clients) -> None:
    """All servers send the same text."""
    expected = "".join(token_provider.expected_words(TOKENS)).lstrip()
    for client in clients.all:
        answer = await read_answer(client, token_provider.tokens_prompt(TOKENS))
        assert answer.words == expected, (client.name, answer.text)


async def measure_first_token(
    clients: Clients, head: float, since: Callable[[ReceivedAnswer], float]
) -> dict[str, list[float]]:
    """Seconds to the first token, by client; the clients alternate, one answer at a time."""
    delays: dict[str, list[float]] = {each.name: [] for each in clients.all}
    for _ in range(SEQUENTIAL_ANSWERS):
        for client in clients.all:
            answer = await read_answer(
                client, token_provider.tokens_prompt(TOKENS, pace=0.002, head=head)
            )
            delays[client.name].append(answer.first_at - since(answer))
    return delays


def first_token_table(delays: dict[str, list[float]]) -> str:
    median = {name: statistics.median(each) for name, each in delays.items()}
    raw, ours = median["raw SDK"], median["ours"] - median["raw SDK"]
    rows = []
    for name, each in delays.items():
        above = median[name] - raw
        p99 = statistics.quantiles(each, n=100)[98] - raw
        cells = (f"{above * 1000:.1f} ms", f"{p99 * 1000:.1f} ms", f"{format_ratio(above / ours)}x")
        rows.append((name, f"{median[name] * 1000:.1f} ms", *(cells if above else ("", "", ""))))
    head = ("", "p50", "above raw SDK, p50", "above raw SDK, p99", "ratio to ours")
    return results_page.markdown_table(head, rows)


@dataclass
class StreamCpu:
    """CPU seconds per stream in each round, by name."""

    rounds: dict[str, list[float]] = field(default_factory=dict)

    def record(self, name: str, seconds: float) -> None:
        self.rounds.setdefault(name, []).append(seconds)

    def ratio(self, name: str) -> Ratio:
        pairs = zip(self.rounds[name], self.rounds[STREAM], strict=True)
        each = [theirs / ours for theirs, ours in pairs]
        return Ratio(statistics.median(each), min(each), max(each))


async def measure_streams(clients: Clients, pace: float) -> StreamCpu:
    result = StreamCpu()
    for number in range(ROUNDS + 1):
        cpu = await measure_product(clients, pace)
        for client in clients.competitors:
            cpu[client.name] = await measure_cpu(client.server, stream_answers(client, pace))
        for name, seconds in cpu.items() if number else ():
            result.record(name, seconds)
    return result


async def measure_cpu(server: ServerProcess, work: Awaitable[object]) -> float:
    cpu_before = server.cpu_seconds()
    await work
    return (server.cpu_seconds() - cpu_before) / CONCURRENCY


async def stream_answers(client: AnswerClient, pace: float) -> None:
    """Stream answers concurrently, with the provider delay of ours."""
    prompt = token_provider.tokens_prompt(TOKENS, pace=pace, head=PROVIDER_DELAY)
    await asyncio.gather(*(read_answer(client, prompt) for _ in range(CONCURRENCY)))
    await asyncio.sleep(SETTLE_SECONDS)


async def measure_product(clients: Clients, pace: float) -> CpuByName:
    product = clients.product
    prompt = token_provider.tokens_prompt(TOKENS, pace=pace, head=PROVIDER_DELAY)
    chats = product.chats[:CONCURRENCY]
    generations: list[str] = []

    async def send_messages() -> None:
        sent = await asyncio.gather(*(product.send_message(chat, prompt) for chat in chats))
        generations.extend(sent)
        await asyncio.sleep(PROVIDER_DELAY / 3)

    async def read_streams() -> None:
        await asyncio.gather(*(read_stream(product, each) for each in generations))
        await asyncio.sleep(SETTLE_SECONDS)

    cpu_before = clients.postgres.cpu_seconds()
    message = await measure_cpu(product.server, send_messages())
    stream = await measure_cpu(product.server, read_streams())
    database = (clients.postgres.cpu_seconds() - cpu_before) / CONCURRENCY
    return {STREAM: stream, MESSAGE: message, BOTH: message + stream, DATABASE: database}


async def read_stream(product: ProductClient, generation: str) -> None:
    text = "".join([piece async for piece in product.watch_generation(generation)])
    assert len(text.split()) == TOKENS, text


def cpu_table(by_pace: dict[str, StreamCpu], memory: dict[str, int]) -> str:
    names = next(iter(by_pace.values())).rounds
    rows = [
        (
            name,
            *(cell for cpu in by_pace.values() for cell in cpu_cells(cpu, name)),
            f"{memory[name] / 1024**2:.0f} MB" if name in memory else "",
        )
        for name in names
    ]
    heads = [cell for pace in by_pace for cell in (f"CPU per stream, {pace}", "ratio to ours")]
    return results_page.markdown_table(("", *heads, "memory"), rows)


def cpu_cells(cpu: StreamCpu, name: str) -> tuple[str, str]:
    return f"{statistics.median(cpu.rounds[name]) * 1000:.1f} ms", str(cpu.ratio(name))


def describe_targets(
    since_request: dict[str, list[float]],
    since_provider: dict[str, list[float]],
    by_pace: dict[str, StreamCpu],
) -> Iterator[str]:
    for start, delays in ("request", since_request), ("provider's first token", since_provider):
        median = {name: statistics.median(each) for name, each in delays.items()}
        raw, ours = median["raw SDK"], median["ours"]
        for name in (name for name in median if name.startswith("LiteLLM")):
            ratio = (median[name] - raw) / (ours - raw)
            yield describe_target(
                f"time from the {start} to the subscriber's first token against {name}", 5, ratio
            )
    for pace, cpu in by_pace.items():
        if StrawberryClient.name in cpu.rounds:
            ratio = cpu.ratio(StrawberryClient.name).median
            yield describe_target(
                f"CPU per stream {pace} against {StrawberryClient.name}", 4, ratio
            )


def describe_target(metric: str, target: float, ratio: float) -> str:
    outcome = "reached" if ratio >= target else "**missed**"
    return f"- {metric}: target {target:g}x, measured {format_ratio(ratio)}x: {outcome}"


def record_figures(
    since_request: dict[str, list[float]],
    since_provider: dict[str, list[float]],
    by_pace: dict[str, StreamCpu],
) -> None:
    for pace, cpu in by_pace.items():
        for name, seconds in cpu.rounds.items():
            record_figure(f"{name}, {pace}: CPU, ms", statistics.median(seconds) * 1000)
    for start, delays in ("request", since_request), ("provider's first token", since_provider):
        above = statistics.median(delays["ours"]) - statistics.median(delays["raw SDK"])
        record_figure(f"first token since the {start}, above raw SDK: delay, ms", above * 1000)


@asynccontextmanager
async def create_clients(
    servers: dict[ClientType, ServerProcess], postgres: ServerProcess, provider_url: str
) -> AsyncIterator[Clients]:
    async with (
        # The client closes idle connections before a server does, which could be in the middle of
        # the next request.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=2)) as http,
        anthropic.AsyncAnthropic(api_key="a key", base_url=provider_url) as sdk,
    ):
        product = ProductClient(http, servers[ProductClient])
        competitors = [
            client(http, server)
            for client, server in servers.items()
            if client is not ProductClient
        ]
        yield Clients(SdkClient(sdk), product, competitors, postgres)


async def compare(clients: Clients) -> str:
    product = clients.product
    for _ in range(CONCURRENCY):
        product.chats.append(await product.start_chat(token_provider.tokens_prompt(2)))
    await check_answers(clients)
    since_request = await measure_first_token(clients, 0.0, lambda answer: answer.asked_at)
    since_provider = await measure_first_token(
        clients, SHORT_PROVIDER_DELAY, lambda answer: answer.sent_at
    )
    by_pace = {name: await measure_streams(clients, pace) for name, pace in PACES.items()}
    record_figures(since_request, since_provider, by_pace)
    memory = {STREAM: product.server.memory_bytes()}
    memory |= {each.name: each.server.memory_bytes() for each in clients.competitors}
    return "\n\n".join(
        [
            "From the provider's first token to the subscriber's:",
            first_token_table(since_provider),
            "From the request to the subscriber's first token; ours stores the message first:",
            first_token_table(since_request),
            cpu_table(by_pace, memory),
            "\n".join(describe_targets(since_request, since_provider, by_pace)),
        ]
    )


async def run_benchmark(
    servers: dict[ClientType, ServerProcess], postgres: ServerProcess, provider_url: str
) -> str:
    async with create_clients(servers, postgres, provider_url) as clients:
        return await compare(clients)


def main() -> None:
    with pin_client_cores(), ExitStack() as stack:
        provider = stack.enter_context(token_provider.run_token_provider())
        product, postgres = stack.enter_context(start_product(provider))
        servers: dict[ClientType, ServerProcess] = {ProductClient: product}
        if not is_comparison_run():
            servers[StrawberryClient] = stack.enter_context(start_strawberry(provider))
            if proxy := start_litellm(stack, provider):
                servers |= {LiteLLMMessagesClient: proxy, LiteLLMChatClient: proxy}
        section = asyncio.run(run_benchmark(servers, postgres, provider))
    results_page.write_section("streaming", section)


if __name__ == "__main__":
    sys.exit(main())
