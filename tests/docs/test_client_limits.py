"""The tables of docs/security.md: each value of the schema has its bound there, the bound holds
with the code that the table names, and settings and codes are those of the code."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from graphql import (
    build_schema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_leaf_type,
    is_object_type,
)

from models import Role
from resolvers.schema import schema
from server.cli.settings_reference import env_name
from server.settings import Settings
from tests.api_client import Api
from tests.operations import call as call_mutation
from tests.operations import chat, ending, guided

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs/security.md").read_text()
SCHEMA = build_schema(schema.as_str())
SETTINGS = {env_name(name): field for name, field in Settings.model_fields.items()}
ROW = re.compile(r"^\| (`[^|]+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
NAMED_SETTING = re.compile(r"`(SESSIONS_[A-Z_]+)`")
CODE = re.compile(r"`([A-Z]+(?:_[A-Z]+)+)`")
#: Names of settings that say how much of something a client may have, or for how long.
BOUNDS = re.compile(r"_MAX_|_PER_|_SECONDS$|_TIMEOUT$|_BYTES|_CHARS|_WORDS")
#: Bounds of the server itself, not of what a client does.
NOT_CHOSEN_BY_CLIENTS = {
    "SESSIONS_ANSWER_SECONDS",
    "SESSIONS_ANSWER_TIMEOUT",
    "SESSIONS_DRAIN_SECONDS",
    "SESSIONS_RECHECK_SECONDS",
}


class Limit(NamedTuple):
    """A row of the table of values."""

    patterns: tuple[str, ...]
    bound: str
    setting: str
    code: str


def limits() -> list[Limit]:
    chapter = PAGE.split("## Values of operations")[1].split("\n## ")[0]
    return [
        Limit(tuple(re.findall("`([^`]+)`", values)), bound, setting, code)
        for values, bound, setting, code in ROW.findall(chapter)
    ]


def is_free(type_: Any) -> bool:
    """Whether a client chooses the value beyond what the schema lists."""
    named = get_named_type(type_)
    is_list = "[" in str(type_)
    return not is_input_object_type(named) and (
        is_list or not (is_enum_type(named) or named.name == "Boolean")
    )


def chosen_values() -> Iterator[str]:
    for name, type_ in SCHEMA.type_map.items():
        if name.startswith("__"):
            continue
        if is_object_type(type_) or is_interface_type(type_):
            for field, definition in type_.fields.items():
                for argument, value in definition.args.items():
                    if is_free(value.type):
                        yield f"{name}.{field}({argument}:)"
        elif is_input_object_type(type_):
            for field, value in type_.fields.items():
                if is_free(value.type):
                    yield f"{name}.{field}"


CHOSEN = sorted(chosen_values())


def limits_of(coordinate: str) -> list[Limit]:
    return [
        limit
        for limit in limits()
        if any(fnmatchcase(coordinate, pattern) for pattern in limit.patterns)
    ]


@pytest.mark.parametrize("coordinate", CHOSEN)
def test_each_value_of_the_schema_has_one_row(coordinate):
    assert len(limits_of(coordinate)) == 1


def test_each_row_is_of_a_value_of_the_schema():
    unknown = [
        pattern
        for limit in limits()
        for pattern in limit.patterns
        if not any(fnmatchcase(coordinate, pattern) for coordinate in CHOSEN)
    ]
    assert unknown == []


def excesses(bound: str) -> list[Any]:
    """Values just beyond a bound of the table."""
    if found := re.match(r"([\d,]+) characters", bound):
        return ["x" * (int(found[1].replace(",", "")) + 1)]
    if found := re.match(r"(\d+) to (\d+)$", bound):
        return [int(found[1]) - 1, int(found[2]) + 1, -(2**31), 2**31 - 1]
    if found := re.match(r"([\d,]+) values", bound):
        return [int(found[1].replace(",", "")) + 1]
    return {
        "an option of the step": ["x", "x" * 100_000],
        "any: another version than the session or document has": [2**31 - 1, -(2**31), 0],
        "with a time zone, in the years 1 to 9999": [
            "2026-01-31T08:00:00",
            "9999-12-31T23:00:00-05:00",
            "0001-01-01T00:00:00+05:00",
        ],
    }[bound]


@pytest.fixture(scope="module")
def cases() -> list[tuple[str, Limit, Any]]:
    return [
        (coordinate, limit, value)
        for coordinate in CHOSEN
        for limit in limits_of(coordinate)
        for value in excesses(limit.bound)
    ]


@pytest.fixture
async def things(api) -> dict[str, str]:
    """The ids that operations need beside the value that is too large."""
    talked, led = await chat(api), await guided(api)
    asked = {"sessionId": led["id"], "audience": "EMAIL_DRAFT"}
    update = await call_mutation(api, "statusUpdate", "generation { id }", **asked)
    document = (await ending(api, update["generation"]["id"]))["document"]["id"]
    return {
        "sessionId": talked["id"],
        "guided": led["id"],
        "stepId": led["currentStep"]["id"],
        "messageId": talked["messages"]["edges"][1]["node"]["id"],
        "documentId": document,
        "generationId": update["generation"]["id"],
    }


#: What a mutation takes beside ids.
REST: dict[str, dict[str, Any]] = {
    "CreateSessionInput": {"sessionType": "CHAT", "intake": {"text": "it hangs"}},
    "SendChatMessageInput": {"content": "hello"},
    "RespondToStepInput": {"answer": {"skip": True}},
    "EscalateInput": {"reason": "stuck"},
    "StatusUpdateInput": {"audience": "EMAIL_DRAFT"},
    "RenameSessionInput": {"title": "Another"},
    "RateSessionInput": {"rating": 1},
    "RateMessageInput": {"rating": "UP"},
    "EditDocumentInput": {"markdown": "mine"},
}
MUTATIONS = {
    str(get_named_type(field.args["input"].type)): name
    for name, field in SCHEMA.mutation_type.fields.items()
}


def selection(mutation: str) -> str:
    """What is asked of the answer; a result of which no value is checked has no such member."""
    members = get_named_type(SCHEMA.mutation_type.fields[mutation].type).types
    fields = [f"... on {each.name} {{ field }}" for each in members if each.name == "InvalidInput"]
    return " ".join(["{ __typename ... on Error { code message }", *fields, "}"])


def mutation(coordinate: str, value: Any, things: dict[str, str]) -> tuple[str, Any]:
    """The operation and its input with the value in its place."""
    owner, field = coordinate.split(".")
    outer = {"IntakeInput": "CreateSessionInput", "StepAnswerInput": "RespondToStepInput"}
    type_name = outer.get(owner, owner)
    fields = SCHEMA.type_map[type_name].fields
    given = {name: id for name, id in things.items() if name in fields}
    if type_name == "RespondToStepInput":
        given["sessionId"] = things["guided"]
    given |= REST.get(type_name, {})
    if owner == "IntakeInput":
        given["intake"] = {**given["intake"], field: value}
    elif owner == "StepAnswerInput":
        given["answer"] = {field: value}
    else:
        given[field] = value
    name = MUTATIONS[type_name]
    document = f"mutation M($value: {type_name}!) {{ {name}(input: $value) {selection(name)} }}"
    return document, given


#: Nodes with an excerpt, and the id that names one.
EXCERPTS = {"ChatMessage": "messageId", "SessionDocument": "documentId", "SessionStep": "stepId"}


def query(coordinate: str, things: dict[str, str]) -> str:
    owner, field, argument = re.findall(r"\w+", coordinate)
    type_ = SCHEMA.type_map[owner].fields[field].args[argument].type
    is_leaf = is_leaf_type(get_named_type(SCHEMA.type_map[owner].fields[field].type))
    selected = f"{field}({argument}: $value) {'' if is_leaf else '{ __typename }'}"
    if owner == "SessionIntake":
        selected = f'session(id: "{things["sessionId"]}") {{ intake {{ {selected} }} }}'
    if owner in EXCERPTS:
        id = things[EXCERPTS[owner]]
        selected = f'node(id: "{id}") {{ ... on {owner} {{ {selected} }} }}'
    if owner == "Subscription" and argument == "after" and field != "dashboardEvents":
        id_name = next(iter(SCHEMA.type_map[owner].fields[field].args))
        selected = f'{field}({id_name}: "{things[id_name]}", after: $value) {{ __typename }}'
    if owner in ("ChatSession", "GuidedSession", "AISession"):
        id = things["guided" if owner == "GuidedSession" else "sessionId"]
        selected = f'session(id: "{id}") {{ ... on {owner} {{ {selected} }} }}'
    kind = "subscription" if owner == "Subscription" else "query"
    return f"{kind} Q($value: {type_}) {{ {selected} }}"


class Refusal(NamedTuple):
    """The code of an answer, or what it has in place of one; and the path of the wrong value."""

    code: str
    field: str | None = None


async def answer_to(api: Api, coordinate: str, value: Any, things: dict[str, str]) -> Refusal:
    owner = coordinate.split(".")[0]
    if owner == "UpdateAccountInput":
        api = api.by(replace(api.principal, role=Role.ADMIN))
    if owner == "SessionFilter":
        operation = "query Q($value: SessionFilter) { sessions(filter: $value) { totalCount } }"
        variable = {coordinate.split(".")[1]: value}
    elif owner.endswith("Input"):
        operation, variable = mutation(coordinate, value, things)
    else:
        operation, variable = query(coordinate, things), value
    if operation.startswith("subscription"):
        return await first_error(api, operation, variable)
    result = await api.result(operation, value=variable)
    if result.errors:
        extensions = result.errors[0].extensions
        return Refusal(extensions["code"], extensions.get("field"))
    [found] = result.data.values()
    found = found or {}
    return Refusal(str(found.get("code") or found.get("__typename")), found.get("field"))


async def first_error(api: Api, operation: str, variable: Any) -> Refusal:
    async with api.subscribed(operation, value=variable) as events:
        try:
            await anext(events)
        except AssertionError as error:
            [extensions] = re.findall(r"'code': '(\w+)'(?:, 'field': '([\w.]+)')?", str(error))
            return Refusal(extensions[0], extensions[1] or None)
    return Refusal("an event")


def path_of(coordinate: str) -> str:
    """The path of a value in the arguments of an operation."""
    owner, *names = re.findall(r"\w+", coordinate)
    within = {"SessionFilter": "filter", "IntakeInput": "input.intake"}
    within["StepAnswerInput"] = "input.answer"
    is_input = owner.endswith("Input")
    return ".".join(filter(None, [within.get(owner, "input" if is_input else ""), names[-1]]))


async def test_a_value_beyond_its_bound_has_the_code_of_the_table(api, cases, things):
    wrong = []
    for coordinate, limit, value in cases:
        if "values" in limit.bound:
            continue  # counted before execution: tests/execution/limits
        refusal = await answer_to(api, coordinate, value, things)
        expected = CODE.findall(limit.code)
        field = path_of(coordinate) if refusal.code == "INVALID_INPUT" else None
        if expected and (refusal.code not in expected or refusal.field != field):
            wrong.append((coordinate, str(value)[:20], refusal, expected))
    assert not wrong, "\n".join(map(str, wrong))
    assert await api.data("{ viewer { id } }"), "a client afterwards is served"


def description_of(coordinate: str) -> str:
    owner, *names = re.findall(r"\w+", coordinate)
    element = SCHEMA.type_map[owner].fields[names[0]]
    return str((element.args[names[1]] if len(names) > 1 else element).description)


def test_each_bound_stands_in_the_description_of_its_value():
    """Those of ids and cursors say nothing: clients have them from the server."""
    missing = []
    for coordinate in CHOSEN:
        [limit] = limits_of(coordinate)
        found = re.match(r"(?:\d+ to )?([\d,]+)( characters|$)", limit.bound)
        is_opaque = re.search(r"(?<!ticket)(?:Id|\b(?:id|after|before))\b:?\)?$", coordinate)
        if not found or is_opaque:
            continue
        numbers = re.findall(r"\d+", description_of(coordinate).replace(",", ""))
        if found[1].replace(",", "") not in numbers:
            missing.append((coordinate, limit.bound, description_of(coordinate)))
    assert not missing, "\n".join(map(str, missing))


def test_each_setting_of_the_page_exists():
    named = {name for name in NAMED_SETTING.findall(PAGE) if not name.endswith("_...")}
    assert named - set(SETTINGS) - {"SESSIONS_ACCOUNT_", "SESSIONS_..."} == set()


@pytest.mark.parametrize("setting", sorted(filter(BOUNDS.search, SETTINGS)))
def test_each_bound_that_is_a_setting_is_on_the_page(setting):
    if setting not in NOT_CHOSEN_BY_CLIENTS:
        family = re.sub(r"_PER_(DAY|MONTH)$", "_PER_", setting).replace("_ACCOUNT_", "_USER_")
        assert setting in PAGE or family in PAGE


def test_each_bound_with_a_setting_is_its_default():
    for limit in limits():
        for name in NAMED_SETTING.findall(limit.setting):
            number = int(re.search(r"[\d,]+", limit.bound)[0].replace(",", ""))
            assert SETTINGS[name].default == number, name


@pytest.mark.parametrize("code", sorted(set(CODE.findall(PAGE)) - set(SETTINGS)))
def test_each_code_of_the_page_is_one_of_the_code(code):
    if code == "DATABASE_URL" or code.startswith("SESSIONS_"):
        return
    folders = ("models", "storage", "services", "execution", "schema", "resolvers", "server")
    sources = (file for folder in folders for file in (PROJECT / folder).rglob("*.py"))
    assert any(re.search(rf"\b{code}\b", file.read_text()) for file in sources)
