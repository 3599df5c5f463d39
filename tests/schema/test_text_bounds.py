"""Every text has a bound: each text field of the schema, each text column of the database.

Both are read from the code. A new one fails here until its bound is declared. Arguments have theirs
in docs/security.md, where tests/docs/test_client_limits.py tries a value beyond each.
"""

import json
import re
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type
from sqlalchemy import String, Text, text
from sqlalchemy.dialects.postgresql import JSONB

import models
from execution.limits.list_sizes import DEFINITION
from execution.limits.value_sizes import TEXT_BYTES, declared_size
from resolvers.schema import schema
from server import runtime
from services import limits
from services.ai.anthropic.assistant import AnthropicAssistant
from services.text_search.fragments import FRAGMENT_CHARS
from tests import factories
from tests.api_client import Api, eventually
from tests.docs.test_client_limits import limits_of
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_reply import Reply
from tests.fakes.messages_request import default_text
from tests.operations import call, create, ending, get, move, respond
from tests.superuser import as_owner

#: Fields whose texts are short, with the columns that bound them. Others declare `MAX_BYTES`.
SHORT_FIELDS = {
    "AISession.title": "ai_sessions.title",
    "AISession.displayTitle": "ai_sessions.title",
    "RenamedDetails.title": "ai_sessions.title",
    "AISession.problemDomain": "ai_sessions.problem_domain",
    "SessionIntake.ticketId": "ai_sessions.psa_ticket_id",
    "User.name": "users.name",
    "Account.name": "accounts.name",
    "Generation.model": "generations.model",
    "Flow.slug": "flows.slug",
    "Flow.title": "flows.title",
    "Flow.domain": "flows.domain",
    "StepOption.value": "ai_session_steps.selected_option",
    # Bounded where steps are made: an option of the assistant, a node of a flow.
    "StepOption.label": limits.TITLE_CHARS,
    "StepOption.followupHint": limits.HINT_CHARS,
    "SearchFragmentPart.text": FRAGMENT_CHARS,
}
#: Sentences of the server itself, and cursors.
OF_THE_SERVER = re.compile(
    r"\w+\.(?:field|cursor|startCursor|endCursor|message|reason|error|requestedOperation)$"
)
MESSAGES = limits.MESSAGES_IN_A_SESSION
INTAKE = limits.INTAKE_CHARS + limits.LOG_CHARS + limits.TICKET_ID_CHARS + 100
#: Characters of the longest text that a column without a length of its own may hold.
COLUMN_BOUNDS = {
    "ai_sessions.problem_summary": 600,
    "ai_sessions.intake_content": INTAKE,
    "ai_sessions.conversation_messages": MESSAGES * limits.GENERATED_CHARS + INTAKE,
    "ai_sessions.suggested_flow_ids": 1_000,
    "ai_sessions.resolution_summary": limits.REASON_CHARS,
    "ai_sessions.escalation_reason": limits.REASON_CHARS,
    "ai_sessions.session_feedback": limits.REASON_CHARS,
    "ai_session_events.detail": limits.REASON_CHARS + 1_000,
    "ai_session_steps.content": limits.STEP_CHARS,
    "ai_session_steps.context_message": limits.STEP_CHARS,
    "ai_session_steps.expected_outcome": limits.STEP_CHARS,
    "ai_session_steps.options": limits.STEP_OPTIONS * 3 * 300,
    "ai_session_steps.selected_label": limits.TITLE_CHARS,
    "ai_session_steps.response_text": limits.ANSWER_CHARS,
    "flows.description": limits.FLOW_DESCRIPTION_CHARS,
    "flows.symptoms": limits.FLOW_SYMPTOMS * limits.TITLE_CHARS,
    "flows.tags": limits.FLOW_TAGS * limits.TAG_CHARS,
    "flows.tree": limits.FLOW_TREE_CHARS,
    "generation_deltas.text": limits.GENERATED_CHARS,
    "generations.text": limits.GENERATED_CHARS,
    "generations.request": limits.MESSAGE_CHARS + 1_000,
    "generations.error_reason": 500,
    "idempotency_keys.outcome": 1_000,
    "session_documents.written_markdown": limits.DOCUMENT_CHARS,
    "session_documents.edited_markdown": limits.DOCUMENT_CHARS,
}
#: Columns that the server no longer writes.
UNWRITTEN = {
    "ai_sessions.system_prompt_snapshot",
    "ai_sessions.escalation_package",
    "assistant_chats.messages",
}


def text_fields() -> dict[str, Any]:
    """Each text field of an object type, as `Type.field`."""
    return {
        f"{type_.name}.{name}": each
        for type_ in schema._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name, each in type_.fields.items()
        if get_named_type(each.type).name in ("String", "JSON")
    }


def text_columns() -> dict[str, Any]:
    return {
        f"{table.name}.{column.name}": column.type
        for table in models.Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | JSONB)
    }


FIELDS, COLUMNS = text_fields(), text_columns()


def shared_name(field: str) -> str:
    """The name of a field in the interface that its type implements."""
    return re.sub(r"^(?:Chat|Guided)Session\.", "AISession.", field)


@pytest.mark.parametrize("field", [name for name in FIELDS if not OF_THE_SERVER.match(name)])
def test_each_text_field_declares_how_long_it_may_be(field):
    metadata = getattr(FIELDS[field].extensions.get(DEFINITION), "metadata", {})
    if metadata.get("max_bytes") is not None:
        assert declared_size(FIELDS[field]) == metadata["max_bytes"]
        return
    bound = SHORT_FIELDS[shared_name(field)]
    length = bound if isinstance(bound, int) else COLUMNS[bound].length
    assert length <= TEXT_BYTES


def test_each_text_column_has_a_bound():
    unbounded = {name for name, type_ in COLUMNS.items() if getattr(type_, "length", None) is None}
    assert unbounded - UNWRITTEN == COLUMN_BOUNDS.keys()
    assert all(isinstance(COLUMNS[name], Text | JSONB) for name in unbounded)


class EndlessAnswers(MessagesApi):
    """A provider that does not stop: every text that it writes is longer than any may be."""

    def _reply_to(self, scope, request):
        reply = super()._reply_to(scope, request)
        text = reply.text or default_text(request)
        if text.startswith("{"):
            answer = self.lengthen(json.loads(text))
            if "options" in answer:
                option = {"value": "v", "label": "a label", "followup_hint": "h" * 30_000}
                answer["options"] = [option | {"value": f"v{n}"} for n in range(50)]
            return Reply(json.dumps(answer), chunks=None)
        return Reply("word " * 20_000, chunks=["word " * 500] * 40)

    def lengthen(self, answer):
        return {
            k: "long words " * 5_000 if isinstance(v, str) and " " in v else v
            for k, v in answer.items()
        }


@pytest.mark.isolated
async def test_no_column_holds_more_whatever_the_provider_and_the_users_write(place):
    """Texts of users are as long as they may be, those of the model longer."""
    async with EndlessAnswers() as provider:
        assistant = AnthropicAssistant("key", provider.url)
        async with runtime.run_runtime(place, assistant) as running:
            api = Api(running, await factories.user(running, "Ana", role=models.Role.LEAD))
            await write_long_texts(api)
            found = await longest_texts(running)
    too_long = {
        name: (length, COLUMN_BOUNDS[name])
        for name, length in found.items()
        if length > COLUMN_BOUNDS.get(name, length)
    }
    assert too_long == {}
    assert found["generations.text"] > limits.GENERATED_CHARS * 0.9
    assert found["ai_session_steps.content"] == limits.STEP_CHARS


async def write_long_texts(api: Api) -> None:
    intake = {
        "text": "t" * limits.INTAKE_CHARS,
        # Each request reads a log again. test_client_limits.py tries one as long as it may be.
        "logText": "l" * 2_000,
        "ticketId": "i" * limits.TICKET_ID_CHARS,
    }
    talked = await create(api, "CHAT", "", intake=intake, title="t" * limits.TITLE_CHARS)
    session = talked["session"]["id"]
    assert (await ending(api, talked["generation"]["id"]))["code"] == "ANSWER_TOO_LONG"
    led = await create(api, "GUIDED", "It does something that no flow knows of")
    await ending(api, led["generation"]["id"])
    step = (await get(api, led["session"]["id"]))["currentStep"]
    assert len(step["options"]) == limits.STEP_OPTIONS
    text = "a" * limits.ANSWER_CHARS
    answered = await respond(api, led["session"]["id"], step["id"], text=text)
    await ending(api, answered["generation"]["id"])
    asked = {"sessionId": session, "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { id }", **asked)
    await ending(api, update["generation"]["id"])
    reason = "r" * limits.REASON_CHARS
    await move(api, "escalate", session, reason=reason)
    await call(api, "rateSession", "session { id }", sessionId=session, rating=1, comment=reason)
    await eventually(lambda: is_described(api))


async def is_described(api: Api) -> bool:
    data = await api.data("{ sessions(first: 9) { edges { node { problemSummary } } } }")
    return all(edge["node"]["problemSummary"] for edge in data["sessions"]["edges"])


async def longest_texts(running: Any) -> dict[str, int]:
    found = {}
    async with as_owner(running) as db:
        for name in COLUMNS:
            table, column = name.split(".")
            statement = text(f'SELECT coalesce(max(length("{column}"::text)), 0) FROM {table}')
            found[name] = int(await db.scalar(statement))
    return found


def test_each_text_argument_has_a_row_in_the_table_of_limits():
    arguments = [
        f"{name}.{field}"
        for name, type_ in schema._schema.type_map.items()
        if isinstance(type_, GraphQLInputObjectType)
        for field, each in type_.fields.items()
        if get_named_type(each.type).name == "String"
    ]
    assert len(arguments) >= 12
    for argument in arguments:
        assert [limit.code for limit in limits_of(argument)], argument
