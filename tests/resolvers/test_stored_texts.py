"""Secrets in what users write: masked in the database only where the setting says so, and never in
a request to the provider or in a document. Columns and inputs are read from the schema.
"""

import json
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)
from sqlalchemy import text

from models.base import Base
from resolvers.schema import schema
from server import runtime
from services.ai.anthropic.assistant import AnthropicAssistant
from tests import factories
from tests.api_client import Api, eventually
from tests.fakes.messages_api import MessagesApi
from tests.superuser import as_owner

pytestmark = pytest.mark.isolated

SECRET = "Kestrel!Wing77"
PLANTED = f"the password is {SECRET}"


def input_texts() -> set[tuple[str, str]]:
    """Type and name of every text that a mutation takes."""
    found = set()
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for name, field in type_.fields.items():
                if get_named_type(field.type).name in ("String", "JSON"):
                    found.add((type_.name, name))
    return found


#: Texts that no mutation stores.
NOT_STORED = {"idempotencyKey"}
CREATE = """mutation($input: CreateSessionInput!) { createSession(input: $input) {
  __typename ... on CreateSessionSuccess { session { id } generation { id } } } }"""


def planted_input(type_: GraphQLInputObjectType, **given: Any) -> dict[str, Any]:
    """An input with the secret in each of its texts."""
    values = {}
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if name in given:
            values[name] = given[name]
        elif isinstance(named, GraphQLInputObjectType):
            values[name] = planted_input(named)
        elif named.name == "String" and name not in NOT_STORED:
            values[name] = PLANTED
        elif named.name == "Int" and isinstance(field.type, GraphQLNonNull):
            values[name] = 1
        else:
            assert not is_required_input_field(field), f"{type_.name}.{name} needs a value"
    return values


def input_type(name: str) -> GraphQLInputObjectType:
    found = schema._schema.type_map[name]
    assert isinstance(found, GraphQLInputObjectType)
    return found


async def stored_texts(running: Any) -> dict[str, str]:
    """All rows of all tables as JSON, by table."""
    found = {}
    for table in Base.metadata.tables:
        async with as_owner(running) as db:
            statement = text(f"SELECT coalesce(json_agg(t)::text, '') FROM \"{table}\" t")
            found[table] = str(await db.scalar(statement))
    return found


@pytest.mark.parametrize("redacts_stored", [False, True])
async def test_a_planted_secret_stays_in_the_database_at_most(place, redacts_stored):
    async with MessagesApi() as provider:
        assistant = AnthropicAssistant("key", provider.url)
        async with runtime.run_runtime(place, assistant, redacts_stored=redacts_stored) as running:
            api = Api(running, await factories.user(running, "Ana"))
            await write_everything(api)
            await eventually(lambda: described(api))
            rows = await stored_texts(running)
        sent = json.dumps([request.body for request in provider.requests], ensure_ascii=False)
    assert len(provider.requests) >= 3
    assert "[redacted]" in sent
    assert SECRET not in sent
    assert SECRET not in rows["session_documents"]
    with_secret = {table for table, content in rows.items() if SECRET in content}
    assert bool(with_secret) is not redacts_stored, with_secret


async def described(api: Api) -> bool:
    data = await api.data("{ sessions(first: 9) { edges { node { problemSummary } } } }")
    return all(edge["node"]["problemSummary"] for edge in data["sessions"]["edges"])


async def write_everything(api: Api) -> None:
    """A chat with the secret in every text that its mutations take."""
    created = await api.data(
        CREATE, input=planted_input(input_type("CreateSessionInput"), sessionType="CHAT")
    )
    session = created["createSession"]["session"]["id"]
    for field in ("renameSession", "sendChatMessage", "rateSession", "escalate"):
        mutation = schema._schema.mutation_type.fields[field]
        type_ = get_named_type(mutation.args["input"].type)
        await eventually(lambda: is_idle(api, session))
        data = await api.data(
            f"mutation($input: {type_.name}!) {{ {field}(input: $input) {{ __typename }} }}",
            input=planted_input(type_, sessionId=session),
        )
        assert data[field]["__typename"].endswith("Success"), data
    await eventually(lambda: is_idle(api, session))


async def is_idle(api: Api, session: str) -> bool:
    data = await api.data(
        "query($id: ID!) { node(id: $id) { ... on AISession { activeGeneration { id } } } }",
        id=session,
    )
    return data["node"]["activeGeneration"] is None


def test_every_text_input_is_known():
    """A new text needs no code, but this list says what is planted above."""
    assert len(input_texts()) >= 12
