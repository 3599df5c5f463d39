"""What is done to sessions beside the browser, over the API."""

import time
from typing import Any

from tests.operations import CREATE, GET, SEND
from tests.server_process import PATIENCE, Served

#: What the assistant answers first, in chats of which nothing else is said.
FIRST = "The mailbox is full. Archive what is older than a year."

DO = """
mutation Do($input: {input}!) {{
  {verb}(input: $input) {{ __typename ... on Error {{ message }} }}
}}
"""


def begin(server: Served, kind: str, text: str, **more: Any) -> str:
    """A new session's id; its first answer may still be being written."""
    asked = {"sessionType": kind, "intake": {"text": text}, **more}
    created = server.data(CREATE, input=asked)["createSession"]
    assert created["__typename"] == "CreateSessionSuccess", created
    return str(created["session"]["id"])


def say(server: Served, session_id: str, content: str) -> None:
    asked = {"sessionId": session_id, "content": content}
    sent = server.data(SEND, input=asked)["sendChatMessage"]
    assert sent["__typename"] == "SendChatMessageSuccess", sent


def do(server: Served, verb: str, session_id: str, **more: Any) -> None:
    """Resolve, escalate, claim, pause and the like."""
    name = verb[0].upper() + verb[1:]
    document = DO.format(verb=verb, input=f"{name}Input")
    done = server.data(document, input={"sessionId": session_id, **more})[verb]
    assert done["__typename"] == f"{name}Success", done


def get(server: Served, session_id: str) -> dict[str, Any]:
    found: dict[str, Any] = server.data(GET, id=session_id)["session"]
    return found


def described(server: Served, session_id: str) -> dict[str, Any]:
    """Wait until it is called what it stays to be called."""
    deadline = time.monotonic() + PATIENCE
    while not (session := get(server, session_id))["problemSummary"]:
        assert time.monotonic() < deadline, session
        time.sleep(0.05)
    return session


def settled(server: Served, session_id: str) -> dict[str, Any]:
    """Wait until nothing is being written in a session."""
    deadline = time.monotonic() + PATIENCE
    while (session := get(server, session_id))["activeGeneration"]:
        assert time.monotonic() < deadline, session
        time.sleep(0.05)
    return session


def answer_step(server: Served, session_id: str, **answer: Any) -> None:
    """By default with the first of its options."""
    step = settled(server, session_id)["currentStep"]
    given = answer or {"option": step["options"][0]["value"]}
    do(server, "respondToStep", session_id, stepId=step["id"], answer=given)
