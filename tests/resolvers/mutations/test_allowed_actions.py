"""Every action in every status, for both kinds: what is shown is what works, and nothing else."""

import pytest

from models import SessionStatus
from schema import ids
from tests import factories
from tests.operations import call, get, move, respond, send

MOVES = {
    "ACTIVE": {"resolve", "escalate", "pause", "abandon"},
    "PAUSED": {"resolve", "escalate", "resume", "abandon"},
    "ESCALATED": {"resolve", "claim", "abandon"},
    "RESOLVED": {"reopen"},
    "ABANDONED": {"reopen"},
}
TO = {
    "resolve": "RESOLVED",
    "escalate": "ESCALATED",
    "pause": "PAUSED",
    "abandon": "ABANDONED",
    **dict.fromkeys(("claim", "resume", "reopen"), "ACTIVE"),
}
KINDS = {"CHAT": factories.chat_session, "GUIDED": factories.guided_session}
TYPES = {"CHAT": "ChatSession", "GUIDED": "GuidedSession"}
TALK = {"CHAT": "SEND_CHAT_MESSAGE", "GUIDED": "RESPOND_TO_STEP"}

both_kinds = pytest.mark.parametrize("kind", KINDS)
each_status = pytest.mark.parametrize("status", MOVES)


@pytest.fixture
def standing(api, running, ana, ben):
    """Makes a session of Ana's that Ben has escalated if anybody has; returns it as Ana sees it."""

    async def make(kind, status):
        row = KINDS[kind](ana, status=SessionStatus[status], escalated_by_id=ben.user_id)
        await factories.save(running, row)
        return await get(api, ids.encode_global_id(TYPES[kind], row.id))

    return make


@both_kinds
@each_status
async def test_the_actions_that_are_shown(standing, kind, status):
    session = await standing(kind, status)
    shown = {verb.upper() for verb in MOVES[status]} | {"STATUS_UPDATE"}
    if status == "ACTIVE":
        shown.add(TALK[kind])
    assert set(session["allowedActions"]) == shown


@both_kinds
@each_status
async def test_each_action_works_where_it_is_shown_and_only_there(api, standing, kind, status):
    for verb, to in TO.items():
        session = await standing(kind, status)
        more = {"reason": "Out of ideas"} if verb == "escalate" else {}
        moved = await move(api, verb, session["id"], **more)
        if verb in MOVES[status]:
            assert moved["session"]["status"] == to
            continue
        assert moved["__typename"] == "InvalidTransition"
        assert (moved["status"], moved["action"]) == (status, verb.upper())
        assert await get(api, session["id"]) == session


@pytest.mark.parametrize("status", [status for status in MOVES if status != "ACTIVE"])
async def test_only_an_active_session_is_talked_in(api, standing, led, status):
    said = await send(api, (await standing("CHAT", status))["id"], "hello")
    step = led["currentStep"]["id"]
    answered = await respond(api, (await standing("GUIDED", status))["id"], step, skip=True)
    for refused in (said, answered):
        assert refused["__typename"] == "InvalidTransition"
        assert f"the session is {status.lower()}" in refused["message"]


@both_kinds
@each_status
async def test_a_status_update_can_always_be_written(api, standing, kind, status):
    session = await standing(kind, status)
    asked = {"sessionId": session["id"], "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { kind }", **asked)
    assert update["generation"] == {"kind": "STATUS_UPDATE"}
    assert (await get(api, session["id"]))["status"] == status
