"""What is shown is what works, and nothing else: every action, in every state, for everybody.

Each mutation is really executed, to the end of its transaction, and then taken back. So one session
serves for all of them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

import models
import services.unit_of_work
from models import (
    DocumentKind,
    GenerationKind,
    GenerationStatus,
    MessageRole,
    Role,
    SessionStatus,
    StepType,
)
from schema import ids
from services import limits
from services.chat.store import NewMessage, message_to_json
from services.sessions.lifecycle import SessionAction as A
from tests import factories
from tests.api_client import Api
from tests.operations import call, get, move
from tests.schema_walk import SCHEMA

#: The mutation of each action, and what it is called with beside the ids in capitals.
CALLS = {
    A.SEND_CHAT_MESSAGE: ("sendChatMessage", {"content": "hello", "whenBusy": "ENQUEUE"}),
    A.RESPOND_TO_STEP: ("respondToStep", {"stepId": "STEP", "answer": {"skip": True}}),
    A.RESOLVE: ("resolve", {"documents": []}),
    A.ESCALATE: ("escalate", {"reason": "Out of ideas"}),
    A.CLAIM: ("claim", {}),
    A.PAUSE: ("pause", {}),
    A.RESUME: ("resume", {}),
    A.ABANDON: ("abandon", {}),
    A.REOPEN: ("reopen", {}),
    A.STATUS_UPDATE: ("statusUpdate", {"audience": "EMAIL_DRAFT"}),
    A.REGENERATE: ("regenerate", {}),
    A.RENAME: ("renameSession", {"title": "Mine"}),
    A.RATE: ("rateSession", {"rating": 5}),
    A.DELETE: ("deleteSession", {}),
    A.EDIT_DOCUMENT: ("editDocument", {"documentId": "DOCUMENT", "markdown": "Mine"}),
}
#: Those that are for no one session, or for a part of one.
OTHER_MUTATIONS = {"createSession", "stopGeneration", "rateMessage", "updateAccount"}
PLACES = {
    "new chat": 0,
    "new guided": 0,
    "full chat": limits.MESSAGES_IN_A_SESSION,
    "full guided": limits.STEPS_IN_A_SESSION,
    "last step": limits.STEPS_IN_A_SESSION,
}
STATUSES = [status.name for status in SessionStatus]
#: Beside its status: what is in a session.
CHATS = ["chat", "new chat", "busy chat", "full chat", "chat with documents"]
GUIDED = ["open step", "answered step", "new guided", "busy guided", "full guided", "last step"]
WITH_OTHER_STATUSES = ("chat with documents", "open step")
STATES = [
    (state, status)
    for state in CHATS + GUIDED
    for status in STATUSES
    if status == "ACTIVE" or state in WITH_OTHER_STATUSES
]


def test_every_mutation_has_an_action():
    mutations = {verb for verb, _ in CALLS.values()}
    assert mutations | OTHER_MUTATIONS == SCHEMA.mutation_type.fields.keys()
    # Reserved for ticket systems.
    assert set(A) - CALLS.keys() == {A.LINK_TICKET}


class TakenBackError(Exception):
    pass


@pytest.fixture
def taken_back(monkeypatch):
    """No mutation changes anything."""
    begin = services.unit_of_work.begin_unit_of_work

    @asynccontextmanager
    async def begin_and_take_back(*given) -> AsyncIterator[services.unit_of_work.UnitOfWork]:
        try:
            async with begin(*given) as work:
                yield work
                await work.flush()
                # They keep their values.
                work.transaction.orm.expunge_all()
                raise TakenBackError
        except TakenBackError:
            pass

    monkeypatch.setattr(services.unit_of_work, "begin_unit_of_work", begin_and_take_back)


@pytest.fixture
async def people(running, ana):
    """Everybody who can stand to a session in some way; Ana owns it."""
    account = {"account_id": ana.account_id}
    return {
        "owner": ana,
        "assignee": await factories.user(running, "Ann", **account),
        "colleague": await factories.user(running, "Carl", **account),
        "who escalated": await factories.user(running, "Emil", **account, role=Role.LEAD),
        "lead": await factories.user(running, "Lena", **account, role=Role.LEAD),
        "admin": await factories.user(running, "Ada", **account, role=Role.ADMIN),
        "viewer": await factories.user(running, "Vera", **account, role=Role.VIEWER),
    }


@pytest.fixture
def standing(running, people):
    """Makes a session in a state; returns the ids that mutations need."""

    async def make(state: str, status: str) -> dict[str, str]:
        session, *parts = rows_of(people, state, status)
        await factories.save(running, session)
        await factories.save(running, *parts)
        kind = "ChatSession" if "chat" in state else "GuidedSession"
        made = {type(part).__name__: part.id for part in parts}
        return {
            "SESSION": ids.encode_global_id(kind, session.id),
            "STEP": ids.encode_global_id("SessionStep", made.get("SessionStep", uuid4())),
            "DOCUMENT": ids.encode_global_id(
                "SessionDocument", made.get("SessionDocument", uuid4())
            ),
        }

    return make


def rows_of(people, state: str, status: str) -> list[models.Base]:
    """A session, and what is in it."""
    owner, is_chat, now = people["owner"], "chat" in state, datetime.now(UTC)
    make = factories.chat_session if is_chat else factories.guided_session
    message = message_to_json(NewMessage(MessageRole.USER, "It hangs"))
    session = make(
        owner,
        id=uuid4(),
        status=SessionStatus[status],
        escalated_to_id=people["assignee"].user_id,
        escalated_by_id=people["who escalated"].user_id,
        step_count=(places := PLACES.get(state, 1)),
        conversation_messages=[message] * places if is_chat else [],
        described_at=now,
    )
    of_session = {"account_id": owner.account_id, "session_id": session.id}
    rows: list[models.Base] = [session]
    if not is_chat and places:
        answer = {"skipped": True, "responded_at": now, "answered_by_id": owner.user_id}
        question = {"step_type": StepType.QUESTION, "content": "Does it blink?"}
        more = {} if state in ("open step", "last step") else answer
        rows.append(
            models.SessionStep(id=uuid4(), step_order=places, **of_session, **question, **more)
        )
    if "busy" in state:
        kind = GenerationKind.CHAT_REPLY if is_chat else GenerationKind.GUIDED_STEP
        lease = {"owner": uuid4(), "lease_expires_at": now + timedelta(hours=1)}
        running = GenerationStatus.RUNNING
        rows.append(models.Generation(kind=kind, status=running, **of_session, **lease))
    if "documents" in state:
        notes = {"kind": DocumentKind.TICKET_NOTES, "written_markdown": "## Problem"}
        rows.append(models.SessionDocument(id=uuid4(), **of_session, **notes))
    return rows


@pytest.mark.parametrize(("state", "status"), STATES)
async def test_what_is_offered_is_what_succeeds(
    running, people, standing, taken_back, state, status
):
    made = await standing(state, status)
    for relation, principal in people.items():
        api = Api(running, principal)
        offered = (await get(api, made["SESSION"]))["allowedActions"]
        succeeded = []
        for action, (verb, asked) in CALLS.items():
            given = {name: made.get(str(value), value) for name, value in asked.items()}
            if action is not A.EDIT_DOCUMENT:
                given["sessionId"] = made["SESSION"]
            answer = await call(api, verb, "__typename", **given)
            if answer["__typename"].endswith("Success"):
                succeeded.append(action.name)
        assert offered == succeeded, relation
        assert ("RENAME" in succeeded) == (relation not in ("colleague", "viewer")), relation


@pytest.mark.parametrize("state", ["new chat", "new guided"])
@pytest.mark.parametrize("status", STATUSES)
async def test_a_refused_transition_names_status_and_action(api, standing, state, status):
    """And changes nothing, which the other test could not see."""
    id = (await standing(state, status))["SESSION"]
    before = await get(api, id)
    for verb in ("resolve", "escalate", "claim", "pause", "resume", "abandon", "reopen"):
        if verb.upper() not in before["allowedActions"]:
            more = {"reason": "Out of ideas"} if verb == "escalate" else {}
            refused = await move(api, verb, id, **more)
            assert refused["__typename"] == "InvalidTransition"
            assert (refused["status"], refused["action"]) == (status, verb.upper())
            assert await get(api, id) == before


async def test_a_session_that_is_being_written_to_can_be_interrupted(api, standing):
    for when_busy, answer in (("REJECT", "SessionBusy"), ("INTERRUPT", "SendChatMessageSuccess")):
        made = await standing("busy chat", "ACTIVE")
        asked = {"content": "hello", "whenBusy": when_busy, "sessionId": made["SESSION"]}
        assert (await call(api, "sendChatMessage", "__typename", **asked))["__typename"] == answer
