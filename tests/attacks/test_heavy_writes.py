"""One signed-in user who writes texts as long as allowed without pause, with all rates off."""

import http.client
import json
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event
from typing import Any

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import run, serving

pytestmark = pytest.mark.slow

CONNECTIONS = 20
LINE = "2026-11-30 10:00:00.123 WARN disk 0x1f on srv-db01: retry 3, user=jane.doe; see KB5034441\n"
LOG = (LINE * 3_000)[:200_000]
MESSAGE = (LINE * 400)[:32_000]
CREATE = """mutation($log: String!) { createSession(input: {
  sessionType: CHAT, intake: {text: "What is this?", logText: $log} }) {
  ... on CreateSessionSuccess { session { id } } } }"""
SEND = """mutation($id: ID!, $text: String!) { sendChatMessage(input: {
  sessionId: $id, content: $text, whenBusy: INTERRUPT }) { __typename } }"""
RESOLVE = """mutation($id: ID!) { resolve(input: { sessionId: $id,
  resolutionSummary: "Replaced the disk.", documents: [TICKET_NOTES] }) { __typename } }"""
DOCUMENTS = "query($id: ID!) { session(id: $id) { documents { id } } }"
EDIT = """mutation($id: ID!, $text: String!) {
  editDocument(input: { documentId: $id, markdown: $text }) { __typename } }"""

#: Asks for an operation with variables, and returns its data.
Ask = Callable[..., dict[str, Any]]


def create_sessions(ask: Ask, stop: Event) -> None:
    while not stop.is_set():
        ask(CREATE, log=LOG)


def send_messages(ask: Ask, stop: Event) -> None:
    while not stop.is_set():
        session = create_session(ask)
        for _ in range(20):
            ask(SEND, id=session, text=MESSAGE)


def create_session(ask: Ask) -> str:
    return str(ask(CREATE, log="one line")["createSession"]["session"]["id"])


def edit_documents(ask: Ask, stop: Event) -> None:
    session = create_session(ask)
    ask(RESOLVE, id=session)
    documents: list[dict[str, str]] = []
    while not documents and not stop.is_set():
        documents = ask(DOCUMENTS, id=session)["session"]["documents"]
    while not stop.is_set():
        ask(EDIT, id=documents[0]["id"], text=LOG)


WRITES = {"sessions": create_sessions, "messages": send_messages, "documents": edit_documents}


def ask(target: Target, query: str, **variables: Any) -> dict[str, Any]:
    """A connection for each request: one that fails is tried again with the next."""
    connection = http.client.HTTPConnection(
        target.host, target.port, timeout=60, source_address=("127.0.0.2", 0)
    )
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {target.bearer}"}
    try:
        body = json.dumps({"query": query, "variables": variables})
        connection.request("POST", "/graphql", body, headers)
        return dict(json.loads(connection.getresponse().read()).get("data") or {})
    finally:
        connection.close()


def attack(name: str, target: Target, stop: Event) -> None:
    def write() -> None:
        while not stop.is_set():
            try:
                WRITES[name](partial(ask, target), stop)
            except (OSError, KeyError, http.client.HTTPException):
                continue

    threads = [threading.Thread(target=write) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("name", WRITES)
def test_long_texts_of_one_user_leave_another_their_share(database_url, name):
    victim, attacker = (
        run("keys", "create", "--name", who, DATABASE_URL=database_url)
        for who in ("Victim", "Attacker")
    )
    with serving(DATABASE_URL=database_url, SESSIONS_AUTH="required") as server:
        assert_victim_is_served(
            server.by(victim.stdout.strip()),
            partial(attack, name),
            bearer=attacker.stdout.strip(),
            seconds=8,
        )
