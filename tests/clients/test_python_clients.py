"""Clients in Python: `gql`, and what `ariadne-codegen` makes of the schema and the documents."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

from tests.clients.conftest import PATIENCE, fetch
from tests.clients.work_results import check_work
from tests.server_process import PROJECT

HERE = Path(__file__).parent
SCHEMA = PROJECT / "schema" / "schema.graphql"
UV = Path(sys.executable).with_name("uv")


def document(name: str) -> GraphQLRequest:
    return gql((HERE / "documents" / f"{name}.graphql").read_text())


def asking(name: str, **variables: Any) -> GraphQLRequest:
    return GraphQLRequest(document(name), variable_values=variables)


async def test_gql_does_a_technicians_work(served):
    sdl = SCHEMA.read_text()
    address = served.url.replace("http", "ws", 1)
    by_http = Client(transport=AIOHTTPTransport(served.url), schema=sdl)
    by_socket = Client(transport=WebsocketsTransport(address), schema=sdl)
    async with by_http as http, by_socket as socket:
        check_work(await work(http, socket))


async def work(http: Any, socket: Any) -> dict[str, Any]:
    dashboard = events(socket, "dashboard")
    snapshot = await anext(dashboard)
    chat = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
    started = await mutate(http, "start", chat)
    session = started["session"]["id"]
    await read_answer(socket, session, started["generation"])

    message = {"sessionId": session, "content": "Only on the phone"}
    sent = await mutate(http, "send", message)
    text, answer = await read_answer(socket, session, sent["generation"])
    rated = await mutate(http, "rate", {"messageId": answer["id"], "rating": "UP"})
    read = (await http.execute(asking("read", id=session)))["session"]
    deleted = await mutate(http, "delete", {"sessionId": session})
    async for removed in dashboard:
        if removed["__typename"] == "DashboardSessionRemoved":
            break
    await dashboard.aclose()
    return {
        "snapshot": snapshot["__typename"],
        "sent": sent["chatMessage"]["content"],
        "streamed": text,
        "messages": [edge["node"]["content"] for edge in read["messages"]["edges"]],
        "rated": rated["chatMessage"],
        "answer": answer["id"],
        "session": session,
        "deleted": deleted["deletedSessionId"],
        "removed": {name: removed[name] for name in ("sessionId", "reason")},
    }


async def mutate(http: Any, name: str, input: dict[str, Any]) -> dict[str, Any]:
    [result] = (await http.execute(asking(name, input=input))).values()
    assert "code" not in result, result
    return dict(result)


async def events(socket: Any, name: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
    async for told in socket.subscribe(asking(name, **variables)):
        [event] = told.values()
        yield event


async def read_answer(socket: Any, session: str, generation: dict[str, str]) -> tuple[str, Any]:
    text = ""
    async for event in events(socket, "answer", session=session, after=generation["cursor"]):
        text += event.get("text", "")
        if event["generation"]["id"] == generation["id"] and event.get("message"):
            return text, event["message"]
    raise AssertionError("the stream ended before the answer")


CODEGEN = """
[tool.ariadne-codegen]
schema_path = "{schema}"
queries_path = "{documents}"
target_package_name = "work_client"
target_package_path = "{target}"
"""


def test_ariadne_codegens_client_does_a_technicians_work(served, tmp_path):
    # Its environment is its own, for it needs an older ruff. uv has a lock for several workers.
    fetch([str(UV), "sync", "--frozen", "--quiet"], HERE / "python")
    config = tmp_path / "codegen.toml"
    documents = HERE / "documents"
    config.write_text(CODEGEN.format(schema=SCHEMA, documents=documents, target=tmp_path))
    run_there("ariadne-codegen", "--config", str(config))
    done = run_there("python", str(HERE / "python" / "work.py"), str(tmp_path), served.url)
    check_work(json.loads(done))


def run_there(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [HERE / "python" / ".venv" / "bin" / program, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
