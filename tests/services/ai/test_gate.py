"""A secret in any text of a request reaches neither the provider nor a document.

The texts are read from the types, so that a new field is tested without further code.
"""

import asyncio
import json
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from models import GenerationKind, MessageRole, SessionStatus, SessionType, StepType
from services.ai.anthropic.assistant import AnthropicAssistant
from services.ai.offline.assistant import OfflineAssistant
from services.ai.port import AssistantRequest
from services.ai.redact.gate import redact_now, redact_value
from services.ai.session_snapshot import SessionSnapshot
from tests.fakes.messages_api import MessagesApi
from tests.services.ai.sample_snapshots import TREE

SECRET = "Kestrel!Wing77"
PLANTED = f"the password is {SECRET}"
#: What the server itself compares in a flow.
NAMES = ("root", "type", "value", "next", "unsure")


def plant_in_tree(value: Any, key: str = "") -> Any:
    match value:
        case str():
            return value if key in NAMES else PLANTED
        case list():
            return [plant_in_tree(item, key) for item in value]
        case dict():
            return {name: plant_in_tree(item, name) for name, item in value.items()}
        case _:
            return value


def planted(annotation: Any, path: str = "") -> Any:
    """A value of the type with the secret in every text of it."""
    origin = get_origin(annotation)
    if annotation is str:
        return PLANTED
    if origin in (Union, UnionType):
        return planted(next(arg for arg in get_args(annotation) if arg is not type(None)), path)
    if origin is tuple:
        return (planted(get_args(annotation)[0], path),)
    if origin is dict:
        return plant_in_tree(TREE)
    if is_dataclass(annotation):
        hints = get_type_hints(annotation)
        values = {each.name: planted(hints[each.name], each.name) for each in fields(annotation)}
        return annotation(**values)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation))
    return {bool: True, int: 1, float: 0.5}[annotation]


def text_paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, str) and not isinstance(value, Enum):
        return {path} if SECRET in value else set()
    if is_dataclass(value):
        items = [(each.name, getattr(value, each.name)) for each in fields(value)]
    elif isinstance(value, dict):
        items = list(value.items())
    else:
        items = [("", item) for item in value] if isinstance(value, list | tuple) else []
    return {found for name, item in items for found in text_paths(item, f"{path}.{name}")}


REQUEST = planted(AssistantRequest)


def test_every_text_of_a_request_holds_the_secret():
    paths = text_paths(REQUEST)
    names = {each.name for each in fields(SessionSnapshot)}
    assert {"ticket_id", "title", "engineer", "log_text"} <= names
    assert {f".snapshot.{name}" for name in ("ticket_id", "title", "engineer")} <= paths
    assert len(paths) >= 20


async def test_the_gate_leaves_none():
    assert text_paths(redact_now(REQUEST)) == set()
    assert text_paths(await redact_value(REQUEST)) == set()
    assert redact_now(REQUEST) == await redact_value(REQUEST)


@pytest.mark.parametrize("kind", GenerationKind)
@pytest.mark.parametrize("is_chat", [True, False])
async def test_the_provider_is_sent_none(kind, is_chat):
    snapshot = replace(
        REQUEST.snapshot,
        session_type=SessionType.CHAT if is_chat else SessionType.GUIDED,
        status=SessionStatus.ESCALATED,
        messages=REQUEST.snapshot.messages if is_chat else (),
        steps=()
        if is_chat
        else tuple(replace(step, step_type=StepType.QUESTION) for step in REQUEST.snapshot.steps),
    )
    async with MessagesApi() as api:
        assistant = AnthropicAssistant("key", api.url)
        try:
            async for _ in assistant.stream_answer(replace(REQUEST, kind=kind, snapshot=snapshot)):
                pass
            await assistant.describe_session(snapshot)
        finally:
            await assistant.close()
        sent = json.dumps([request.body for request in api.requests], ensure_ascii=False)
    assert "[redacted]" in sent
    assert SECRET not in sent


@pytest.mark.parametrize("kind", [kind for kind in GenerationKind if not kind.is_turn])
async def test_a_document_without_a_model_has_none(kind):
    assistant = OfflineAssistant(pace=0)
    chunks = [chunk async for chunk in assistant.stream_answer(replace(REQUEST, kind=kind))]
    assert chunks
    assert SECRET not in repr(chunks)


def test_roles_are_no_texts():
    assert redact_now({"role": MessageRole.USER, "n": 1, "none": None}) == {
        "role": MessageRole.USER,
        "n": 1,
        "none": None,
    }


async def finish_in_order(*texts: str) -> list[int]:
    """The lengths of the texts, whose redaction begins in this order, as they are done."""
    done: list[int] = []

    async def redact_one(text: str) -> None:
        await redact_value(text)
        done.append(len(text))

    await asyncio.gather(*map(redact_one, texts))
    return done


async def test_a_short_text_does_not_wait_for_long_ones():
    line = "The disk of the server is nearly full, says the user.\n"
    long, middle, short = line * 300, line * 200, line * 100
    done = await finish_in_order(long, long + line, middle, short)
    assert done == sorted(done)


async def test_who_leaves_while_texts_wait_leaves_the_turn_to_the_next():
    line = "The disk of the server is nearly full, says the user.\n"
    tasks = [asyncio.create_task(redact_value(line * 100)) for _ in range(4)]
    await asyncio.sleep(0)
    for task in tasks[:3]:
        await asyncio.sleep(0.002)
        task.cancel()
    assert await tasks[3] == line * 100
    assert [task.cancelled() for task in tasks[:3]] == [True, True, True]
