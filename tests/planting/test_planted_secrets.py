"""No secret leaves: not to the provider, not in a document, a status update, a notification or a
log. Every text argument of every mutation, every text claim and every text column has one.

Arguments and columns are read from the schema and from the catalogue, so that new ones are planted
without a change here. With `SESSIONS_REDACT_STORED` no secret is stored either.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.channels import Channel
from tests.api_client import eventually
from tests.fakes.stepped_answers import answering
from tests.planting.columns import Connection, all_rows, plant_in_columns
from tests.planting.desk import COMPARED, MUTATIONS, PlantingDesk, text_inputs
from tests.planting.numbered_secrets import PlantedSecrets
from tests.planting.provider import PlantingAnswers
from tests.server_process import Served, serving
from tests.token_issuer import Issuer, issuing

UNFINISHED = "SELECT EXISTS (SELECT FROM generations WHERE status IN ('queued', 'running'))"
UNDESCRIBED = "SELECT EXISTS (SELECT FROM ai_sessions WHERE problem_summary IS NULL)"
DESCRIBE_AGAIN = "UPDATE ai_sessions SET described_at = NULL, problem_summary = NULL, title = NULL"
DOCUMENTS = "SELECT written_markdown FROM session_documents WHERE updated_at > $1"
#: Status updates among them.
WRITTEN = """
SELECT text FROM generations
WHERE kind NOT IN ('chat_reply', 'guided_step') AND created_at > $1
"""
#: Identifiers: users and accounts are found by them, so they are stored as they are.
IDENTIFIERS = {"users.external_id", "users.email", "accounts.external_id"}

#: Some of what a model is told. The secrets beside these are masked.
REACHING_A_MODEL = {
    "claim name",
    "the assistant: text",
    "the assistant: .content",
    "IntakeInput.text",
    "IntakeInput.logText",
    "SendChatMessageInput.content",
    "StepAnswerInput.text",
    "EscalateInput.reason",
    "flows.description",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[PlantingAnswers]:
    with answering(PlantingAnswers) as answers:
        assert isinstance(answers, PlantingAnswers)
        yield answers


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@dataclass
class Planting:
    """A server, what was planted, and what it has told."""

    desk: PlantingDesk
    owner: Connection
    payloads: list[str]

    @property
    def secrets(self) -> PlantedSecrets:
        return self.desk.secrets

    async def texts(self, statement: str, *arguments: Any) -> str:
        rows = await self.owner.fetch(statement, *arguments)
        return "\n".join(str(row[0]) for row in rows)


@asynccontextmanager
async def planting(
    database_url: str, provider: PlantingAnswers, issuer: Issuer, **settings: str
) -> AsyncIterator[Planting]:
    secrets = provider.secrets = PlantedSecrets()
    provider.requests.clear()
    claimed = {
        name: secrets.text_for(f"claim {name}") for name in ("sub", "account", "name", "email")
    }
    claimed["email"] += "@acme.example"
    loop = asyncio.get_running_loop()
    owner = await asyncpg.connect(database_url)
    payloads: list[str] = []
    for channel in Channel:
        await owner.add_listener(channel, lambda *said: payloads.append(said[-1]))

    async def is_quiet() -> bool:
        return not await owner.fetchval(UNFINISHED)

    def wait_until_quiet() -> None:
        asyncio.run_coroutine_threadsafe(eventually(is_quiet), loop).result()

    settings = issuer.settings(
        DATABASE_URL=database_url, SESSIONS_LOG_LEVEL="debug", **provider.settings, **settings
    )
    with serving(**settings) as served:
        users = (
            served.by(issuer.token(role="admin", **claimed | more))
            for more in ({}, {"sub": "ben", "email": "ben@acme.example"})
        )
        desk = PlantingDesk(*users, secrets, wait_until_quiet)
        yield Planting(desk, owner, payloads)
        await asyncio.to_thread(served.stop)
    await owner.close()


def send_nonsense(served: Served, secrets: PlantedSecrets) -> None:
    """Requests that fail, each with a secret in what a log might quote."""
    with served.client as client:
        for number in range(7):
            text = secrets.text_for(f"request {number}")
            nonsense = [
                {"content": text},
                {"json": {"query": text}},
                {"json": {"query": f"query {{ node(id: {text!r}) {{ id }} }}"}},
                {"json": {"query": "query Q($first: Int) { viewer { id } }", "variables": text}},
                {"params": {"query": text, "access_token": text}},
                {"headers": {"Authorization": f"Bearer {text}"}, "json": {"query": "{ viewer }"}},
                {"headers": {"X-Request-Id": text, "Cookie": f"session={text}"}},
            ][number]
            client.post("/graphql", **nonsense)
            client.get("/" + text)


def test_every_text_argument_is_planted_or_compared():
    assert len(text_inputs()) >= 12
    assert COMPARED.keys() <= text_inputs()


async def test_no_secret_leaves(database_url, provider, issuer):
    async with planting(database_url, provider, issuer) as run:
        desk, secrets = run.desk, run.secrets
        chat, led = await asyncio.to_thread(desk.write_everything)
        assert desk.called == MUTATIONS.keys()
        assert text_inputs() - COMPARED.keys() <= secrets.places
        await asyncio.to_thread(send_nonsense, desk.served, secrets)
        provider.fail_with(secrets.text_for("error of the provider"))
        await asyncio.to_thread(desk.call, "sendChatMessage", sessionId=chat)
        written = provider.sent
        columns = await plant_in_columns(run.owner, secrets)
        planted_at = datetime.now(UTC)
        provider.requests.clear()
        await run.owner.execute(DESCRIBE_AGAIN)
        await asyncio.to_thread(desk.send_out, chat, led)
        await eventually(lambda: is_described(run.owner))
        told = {
            "the provider": written + provider.sent,
            "documents": await run.texts(DOCUMENTS, planted_at),
            "status updates": await run.texts(WRITTEN, planted_at),
            "notifications": "\n".join(run.payloads),
        }
    told["the log"] = "".join(desk.served.log)
    assert secrets.arrived_in(told["the log"]) == {"error of the provider"}
    assert {name: left for name, text in told.items() if (left := secrets.left_in(text))} == {}
    check_arrival(secrets, told, columns)


async def is_described(owner: Connection) -> bool:
    return not await owner.fetchval(UNDESCRIBED)


def check_arrival(secrets: PlantedSecrets, told: dict[str, str], columns: set[str]) -> None:
    """The texts did arrive where their secrets did not."""
    sent = secrets.arrived_in(told["the provider"])
    assert sent >= REACHING_A_MODEL, REACHING_A_MODEL - sent
    assert secrets.arrived_in(told["documents"]) >= {"the assistant: text"}
    assert columns >= {
        "users.name",
        "generation_deltas.text",
        "flows.tree",
        "assistant_chats.title",
    }


@pytest.mark.slow
async def test_no_secret_is_stored_where_the_setting_says_so(database_url, provider, issuer):
    async with planting(database_url, provider, issuer, SESSIONS_REDACT_STORED="true") as run:
        await asyncio.to_thread(run.desk.write_everything)
        keyed = {"intake": {"text": "No mail"}, "title": "Mail", "ticketId": "T-1"}
        keyed["idempotencyKey"] = run.secrets.text_for("key of a repeated request")
        first, second = [await asyncio.to_thread(run.desk.create, "CHAT", **keyed) for _ in "ab"]
        assert first == second
        await eventually(lambda: is_described(run.owner))
        stored = await all_rows(run.owner)
    secrets = run.secrets
    left = {column: left for column, text in stored.items() if (left := secrets.left_in(text))}
    assert left.keys() == IDENTIFIERS, left
    arrived = {place for text in stored.values() for place in secrets.arrived_in(text)}
    hashed = {place for place in text_inputs() if place.endswith(".idempotencyKey")}
    assert text_inputs() - COMPARED.keys() - arrived == hashed
