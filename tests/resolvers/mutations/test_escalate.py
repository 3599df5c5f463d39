"""Escalating a session, and its package."""

import pytest

from models import Role
from tests import factories
from tests.operations import (
    get,
    move,
    written_documents,
)


async def test_escalating_writes_a_package(api, assistant, session):
    assistant.enqueue("## Problem\n\nIt hangs.")
    moved = await move(api, "escalate", session["id"], reason="Out of ideas")
    assert moved["session"]["escalationReason"] == "Out of ideas"
    [package] = await written_documents(api, session["id"], "ESCALATION_PACKAGE")
    assert package["markdown"] == "## Problem\n\nIt hangs."


async def test_escalating_needs_a_reason(api, session):
    refused = await move(api, "escalate", session["id"], reason="  ")
    assert refused["__typename"] == "InvalidInput"


async def test_escalating_to_a_colleague(api, ben, session):
    to = await api.by(ben).data("{ viewer { id } }")
    moved = await move(api, "escalate", session["id"], reason="Yours", toUserId=to["viewer"]["id"])
    assert moved["session"]["escalatedTo"] == {"name": "Ben"}


async def test_nobody_escalates_to_who_cannot_take_it(api, running, ana, eve, session):
    guest = await factories.user(running, "Gus", account_id=ana.account_id, role=Role.VIEWER)
    for whom, failure in {ana: "InvalidInput", guest: "InvalidInput", eve: "NotFound"}.items():
        to = (await api.by(whom).data("{ viewer { id } }"))["viewer"]["id"]
        refused = await move(api, "escalate", session["id"], reason="Yours", toUserId=to)
        assert refused["__typename"] == failure


@pytest.mark.parametrize("id", ["", "nonsense", "VXNlcjp4"])
async def test_nobody_escalates_to_nobody(api, session, id):
    refused = await move(api, "escalate", session["id"], reason="Yours", toUserId=id)
    assert refused["__typename"] == "NotFound"
    assert (await get(api, session["id"]))["status"] == "ACTIVE"
