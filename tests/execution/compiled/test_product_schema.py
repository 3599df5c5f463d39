"""Compiled execution gives the same results as the library, for our schema and a filled database.

Background work may change data between two executions, so a difference counts only if it repeats.
"""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import models
from execution.limits.operation_limits import DEFAULT_LIMITS
from models import Role
from queries import pagination
from resolvers.schema import build_schema
from schema import ids
from tests import factories
from tests.api_client import PATIENCE
from tests.event_ids import event_global_id
from tests.execution.compiled.generated_operations import Asked, operations
from tests.execution.compiled.replay import Replay
from tests.fuzzing import random_examples
from tests.sample_data import Desk
from tests.superuser import as_owner

#: Beyond the limits of clients, so that no generated operation is rejected.
WIDE = replace(
    DEFAULT_LIMITS,
    document_bytes=10**7,
    tokens=10**6,
    depth=200,
    aliases=10**4,
    root_fields=100,
    directives=10**4,
    cost=10**12,
)
COMPILED = build_schema(WIDE, introspection=True, suggestions=False, compiled=True)
LIBRARY = build_schema(WIDE, introspection=True, suggestions=False, compiled=False)
REPLAY = Replay()
REPLAY.take_part(COMPILED)
REPLAY.take_part(LIBRARY)

#: Attempts until a difference counts.
TIMES = 5

TABLES = {
    "SessionStep": models.SessionStep,
    "Flow": models.Flow,
    "Generation": models.Generation,
    "SessionDocument": models.SessionDocument,
    "SessionEvent": models.SessionEvent,
    "User": models.User,
}


@pytest.fixture
async def pools(running, ana, ben, assistant) -> dict[str, list[Any]]:
    """Values to draw: some that exist, and some that do not."""
    desk = Desk(running, ana, ben)
    rows = await desk.add_sessions(4)
    broken = factories.chat_session(ana, suggested_flow_ids=[{"id": "nonsense"}])
    await factories.save(running, broken)
    for _ in range(1000):
        assistant.enqueue_held()
    known = [ids.encode_global_id(type(row).__name__, row.id) for row in [*rows, broken]]
    async with as_owner(running) as db:
        for name, table in TABLES.items():
            keys = (await db.scalars(select(table.id).limit(3))).all()
            if table is models.SessionEvent:
                known += [event_global_id(running, ana, key) for key in keys]
            else:
                known += [ids.encode_global_id(name, key) for key in keys]
    return {
        "ID": [*known, "nonsense"],
        "String": [
            "",
            "vpn",
            "printer",
            "a\x00b",
            pagination.encode_cursor(1),
            pagination.encode_cursor(2),
        ],
        "Int": [0, 1, 2, 3, 101, -1],
        "Float": [0.5],
        "Boolean": [True, False],
        "DateTime": ["2026-01-02T03:04:05Z", "0001-01-01T00:00:00+23:00"],
    }


@pytest.fixture
async def people(running, ana, ben):
    vic = await factories.user(running, "Vic", account_id=ana.account_id, role=Role.VIEWER)
    return [ana, ben, vic]


def comparable(results: list[Any]) -> Any:
    """With sorted errors: the database decides which of two concurrent statements ends first."""
    return [
        (repr(each.data), sorted(map(comparable_error, each.errors or ()), key=repr))
        for each in results
    ]


def comparable_error(each: Any) -> Any:
    code = each.extensions["code"]
    message = "" if code == "INTERNAL" else each.message
    return code, message, each.path, each.locations


async def collect_results(schema: Any, asked: Asked, context: Any) -> list[Any]:
    """The only result of a query or mutation, or all results of a subscription."""
    async with asyncio.timeout(PATIENCE):
        stream = await schema.stream(asked.text, asked.variables, context_value=context)
        async with aclosing(stream):
            return [result async for result in stream]


async def compare(running: Any, person: Any, asked: Asked) -> None:
    before = COMPILED.plan_cache.fallback_counts.total()
    REPLAY.forget()
    for _ in range(TIMES):
        ours = comparable(await collect_results(COMPILED, asked, running.create_context(person)))
        # Another text: viewers of the same text would share the result of the first execution.
        copy = Asked(f"{asked.text} # copy", asked.variables)
        theirs = comparable(await collect_results(LIBRARY, copy, running.create_context(person)))
        if ours == theirs:
            break
        await asyncio.sleep(0.05)
    assert ours == theirs, asked.text
    assert COMPILED.plan_cache.fallback_counts.total() == before, (
        COMPILED.plan_cache.fallback_counts
    )


@random_examples
@given(data=st.data())
async def test_queries(running, people, pools, data):
    asked = data.draw(operations(COMPILED._schema, "query", pools))
    await compare(running, data.draw(st.sampled_from(people)), asked)


@random_examples
@given(data=st.data())
async def test_mutations(running, people, pools, data):
    asked = data.draw(operations(COMPILED._schema, "mutation", pools, most=2))
    await compare(running, data.draw(st.sampled_from(people)), asked)


@random_examples
@given(data=st.data())
async def test_subscriptions(running, people, pools, data):
    asked = data.draw(operations(COMPILED._schema, "subscription", pools, most=1))
    await compare(running, data.draw(st.sampled_from(people)), asked)
