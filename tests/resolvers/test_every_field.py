"""No field of the schema shows another account's rows, and no input reaches them.

Fields, inputs and columns are read from the schema and from the models, so that new ones are tried
without a change here. A new kind of id in an input needs a thing of one's own to stand beside it:
see `THINGS`.
"""

import base64
import binascii
import re
from itertools import chain

import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_required_argument
from sqlalchemy import text

import models
from resolvers.schema import schema
from schema import ids
from tests import factories
from tests.api_client import Api, eventually
from tests.filled_desk import fill_sessions, is_quiet
from tests.operations import create, ending
from tests.schema_walk import SCHEMA, calls_of, operations, selections, string_arguments
from tests.superuser import as_owner

OF_ACCOUNTS = [
    table.name for table in models.Base.metadata.sorted_tables if "account_id" in table.c
]
#: Kinds of node with the table of their rows.
NODES = {
    "ChatSession": "SELECT id FROM ai_sessions WHERE session_type = 'chat'",
    "GuidedSession": "SELECT id FROM ai_sessions WHERE session_type = 'guided'",
    "SessionStep": "SELECT id FROM ai_session_steps WHERE true",
    "SessionDocument": "SELECT id FROM session_documents WHERE true",
    "Generation": "SELECT id FROM generations WHERE true",
    "SessionEvent": "SELECT id FROM ai_session_events WHERE true",
    "User": "SELECT id FROM users WHERE true",
    "Account": "SELECT account_id FROM users WHERE true",
    "ChatMessage": "SELECT id || '/' || (conversation_messages -> 0 ->> 'id') FROM ai_sessions"
    " WHERE session_type = 'chat'",
    # All accounts see the bundled flows.
    "Flow": None,
}
#: Which node an id in an input names.
THINGS = {
    "sessionId": "ChatSession",
    "stepId": "SessionStep",
    "messageId": "ChatMessage",
    "documentId": "SessionDocument",
    "generationId": "Generation",
    "toUserId": "User",
    "ownerId": "User",
    "id": "ChatSession",
}
CURSORS = """
{
  users(first: 1) { edges { cursor } }
  sessions(first: 2) { edges { cursor node {
    history(first: 1) { edges { cursor } }
    ... on ChatSession { messages(first: 1) { edges { cursor } } }
    ... on GuidedSession { steps(first: 1) { edges { cursor } } }
  } } }
}
"""
#: Codes of answers that say something of the thing, and not of the document.
ANSWERS = {"NOT_FOUND", "INVALID_INPUT", "WRONG_SESSION_TYPE", "FORBIDDEN"}


# What an account has


async def rows_of(running, account_id) -> dict[str, list]:
    """Every row of an account, by table."""
    async with as_owner(running) as db:
        return {
            table: (
                await db.scalars(
                    text(
                        f"SELECT to_jsonb(t) FROM {table} t WHERE account_id = :id ORDER BY t::text"
                    ),
                    {"id": account_id},
                )
            ).all()
            for table in OF_ACCOUNTS
        }


def texts_in(value) -> set[str]:
    """The strings in a JSON value that could give a row away."""
    if isinstance(value, dict):
        return set().union(*map(texts_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(texts_in, value))
    return {value} if isinstance(value, str) and len(value) >= 8 else set()


@pytest.fixture(scope="module")
async def desks(shared_runtime):
    """Ana and Eve, each with a desk of their own in an account of their own."""
    running = shared_runtime
    people = [await factories.user(running, name) for name in ("Anastasia", "Evelyn")]
    for person, problem in zip(people, ("zirconium tape drive", "quokka scanner"), strict=True):
        api = Api(running, person)
        await fill_sessions(api)
        named = await create(api, "CHAT", f"The {problem} is silent", title=f"The {problem}")
        await ending(api, named["generation"]["id"])
    await eventually(lambda: is_quiet(running))
    return people


@pytest.fixture
async def stranger(running, desks) -> Api:
    return Api(running, desks[1])


@pytest.fixture
async def canaries(running, desks) -> set[str]:
    """Strings that stand in Ana's rows, and in none that Eve may see."""
    hers, eves = [texts_in(await rows_of(running, person.account_id)) for person in desks]
    async with as_owner(running) as db:
        shared = texts_in(
            (
                await db.scalars(text("SELECT to_jsonb(f) FROM flows f WHERE account_id IS NULL"))
            ).all()
        )
    found = {each for each in hers - eves - shared if not re.fullmatch(r"[0-9T:.+-]+", each)}
    assert any("zirconium" in each for each in found)
    assert str(desks[0].user_id) in found
    return found


async def ids_of(running, person) -> dict[str, list[str]]:
    """Global ids of a person's things, by type."""
    assert NODES.keys() == {
        name
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and SCHEMA.type_map["Node"] in kind.interfaces
    }
    found = {}
    async with as_owner(running) as db:
        for name, query in NODES.items():
            if query is None:
                continue
            scoped = text(f"{query} AND account_id = :id ORDER BY 1 LIMIT 2")
            keys = (await db.scalars(scoped, {"id": person.account_id})).all()
            assert keys, name
            cipher = running.cursor_cipher
            found[name] = [
                ids.encode_global_id(
                    name,
                    cipher.encrypt_event_id(person.account_id, key)
                    if name == "SessionEvent"
                    else key,
                )
                for key in keys
            ]
    return found


def seen_in(result) -> str:
    """A response as text, with what is inside base64 decoded too."""
    told = orjson.dumps(result.data, default=str).decode()
    told += " ".join(str(error) for error in result.errors or ())
    return with_decoded(told)


def with_decoded(told: str) -> str:
    decoded = []
    for part in re.findall(r"[A-Za-z0-9_+/-]{8,}=*", told):
        try:
            decoded.append(
                base64.b64decode(part + "=" * (-len(part) % 4)).decode("ascii", "ignore")
            )
        except binascii.Error:
            continue
    return told + " ".join(decoded)


def check_nothing_seen(result, canaries, asked=(), said="") -> None:
    """Nothing of Ana's is in a response, but what the client has sent itself."""
    codes = {error.extensions["code"] for error in result.errors or ()}
    assert codes <= ANSWERS, result.errors
    told = seen_in(result)
    sent = with_decoded(said) + " ".join(str(ids.parse_global_id(each)) for each in asked)
    assert [each for each in canaries if each in told and each not in sent] == []


def test_each_id_in_an_input_has_a_thing():
    roots = (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)
    named = {each.values[1] for root in roots for each in operations(root)}
    assert named <= THINGS.keys()
    assert {"sessionId", "toUserId", "ownerId"} <= named


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, field in SCHEMA.query_type.fields.items()
        if not any(is_required_argument(each) for each in field.args.values())
    ],
)
async def test_no_field_shows_what_is_anothers(running, desks, stranger, canaries, name):
    field = SCHEMA.query_type.fields[name]
    size = "(first: 2)" if "first" in field.args else ""
    own = ""
    for inner in selections(get_named_type(field.type)):
        document = f"{{ {name}{size} {inner} }}"
        result = await stranger.result(document)
        check_nothing_seen(result, canaries)
        own += seen_in(await stranger.by(desks[0]).result(document))
    # The search finds what it looks for: Ana sees her own.
    if name in ("sessions", "users", "viewer"):
        assert any(each in own for each in canaries)


@pytest.mark.parametrize(("name", "argument"), list(operations(SCHEMA.query_type)))
async def test_no_query_finds_it_by_an_id(running, desks, stranger, canaries, name, argument):
    """What is found shows its own id: what is below it is asked by the test above."""
    theirs, own = await ids_of(running, desks[0]), await ids_of(running, desks[1])
    given = {key: own[kind][0] for key, kind in THINGS.items()}
    for id in chain.from_iterable(theirs.values()):
        root, asked = SCHEMA.query_type, given | {argument: id}
        for document, variables in calls_of("query", root, name, asked, argument, 1):
            result = await stranger.result(document, **variables)
            check_nothing_seen(result, canaries, [id])


async def texts_of(api: Api) -> list[str]:
    """What a person sees and could tell a stranger: a cursor of each list, a text to search for."""
    data = await api.data(CURSORS)
    lists = [data["users"], data["sessions"]]
    for edge in data["sessions"]["edges"]:
        lists += edge["node"].values()
    return [*{found["edges"][0]["cursor"] for found in lists if found["edges"]}, "zirconium"]


@pytest.mark.parametrize(
    ("path", "owner", "name", "argument", "type_"),
    [
        pytest.param(*each, id=f"{each[1].name}.{each[2]}-{'.'.join(each[3])}")
        for each in string_arguments()
    ],
)
async def test_no_text_of_an_argument_finds_it(
    running, desks, stranger, canaries, path, owner, name, argument, type_
):
    """A cursor tells the row that it was made for, so what has one is found by it."""
    field = owner.fields[name]
    given = "$text"
    for inner in reversed(argument[1:]):
        given = f"{{ {inner}: {given} }}"
    texts = await texts_of(stranger.by(desks[0]))
    for selection in selections(get_named_type(field.type), 1):
        document = f"{name}({argument[0]}: {given}) {selection}"
        for step in reversed(path):
            size = "(first: 2)" if step == "sessions" else ""
            document = f"{step}{size} {{ {document} }}"
        for said in texts:
            result = await stranger.result(f"query($text: {type_}) {{ {document} }}", text=said)
            check_nothing_seen(result, canaries, said=said)


@pytest.mark.parametrize(("name", "argument"), list(operations(SCHEMA.mutation_type)))
async def test_no_mutation_reaches_it_by_an_id(running, desks, stranger, canaries, name, argument):
    theirs, own = await ids_of(running, desks[0]), await ids_of(running, desks[1])
    given = {key: own[kind][0] for key, kind in THINGS.items()}
    before = await rows_of(running, desks[0].account_id)
    for id in chain.from_iterable(theirs.values()):
        root, asked = SCHEMA.mutation_type, given | {argument: id}
        for document, variables in calls_of("mutation", root, name, asked, argument, 0):
            result = await stranger.result(document, **variables)
            check_nothing_seen(result, canaries, [id])
            answer = (result.data or {}).get(name) or {}
            assert result.errors or not answer["__typename"].endswith("Success"), (id, answer)
    assert await rows_of(running, desks[0].account_id) == before


@pytest.mark.parametrize(("name", "argument"), list(operations(SCHEMA.subscription_type)))
async def test_no_subscription_tells_it_by_an_id(
    running, desks, stranger, canaries, name, argument
):
    told = refused = 0
    theirs, own = await ids_of(running, desks[0]), await ids_of(running, desks[1])
    given = {key: own[kind][0] for key, kind in THINGS.items()}
    for id in chain.from_iterable(theirs.values()):
        root, asked = SCHEMA.subscription_type, given | {argument: id}
        for document, variables in calls_of("subscription", root, name, asked, argument, 1):
            context = running.create_context(desks[1])
            stream = await schema.subscribe(document, variables, context_value=context)
            try:
                result = await anext(stream)
            finally:
                await stream.aclose()
            if result.errors and result.errors[0].extensions["code"] == "RESPONSE_TOO_LARGE":
                # Of a dashboard: the list of sessions shows this field.
                refused += 1
                continue
            check_nothing_seen(result, canaries, [id])
            told += 1
    assert told > 10 * refused
