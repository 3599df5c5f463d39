import asyncio

import pytest

from tests import factories
from tests.operations import SESSION, chat, ending, get, history, move, respond, send

CLAIM = (
    """
mutation Claim($input: ClaimInput!) {
  claim(input: $input) {
    __typename
    ... on ClaimSuccess { session { ...Session } }
    ... on AlreadyClaimed { claimedBy { name } claimedAt }
    ... on Error { code message }
  }
}
"""
    + SESSION
)


@pytest.fixture
async def escalated(api) -> str:
    """A session of Ana's that waits for somebody to claim it."""
    session = await chat(api)
    await move(api, "escalate", session["id"], reason="Out of ideas")
    return session["id"]


async def claim(api, session_id):
    return (await api.data(CLAIM, input={"sessionId": session_id}))["claim"]


async def test_who_claims_it_works_on(api, ben, escalated):
    claimed = await claim(api.by(ben), escalated)
    assert claimed["session"]["status"] == "ACTIVE"
    assert claimed["session"]["escalatedTo"] == {"name": "Ben"}
    assert claimed["session"]["claimedAt"]
    sent = await send(api.by(ben), escalated, "I take over")
    assert (await ending(api, sent["generation"]["id"]))["__typename"] == "GenerationCompleted"


async def test_claiming_twice_changes_nothing(api, ben, escalated):
    first = await claim(api.by(ben), escalated)
    again = await claim(api.by(ben), escalated)
    assert again["session"]["claimedAt"] == first["session"]["claimedAt"]
    claims = [event for event in await history(api, escalated) if event["kind"] == "CLAIMED"]
    assert len(claims) == 1


async def test_who_escalated_it_may_not(api, escalated):
    refused = await claim(api, escalated)
    assert refused["__typename"] == "Forbidden"
    assert (await get(api, escalated))["status"] == "ESCALATED"


async def test_who_comes_second_is_told_who_came_first(api, ben, running, ana, escalated):
    cleo = await factories.user(running, "Cleo", account_id=ana.account_id)
    first = await claim(api.by(ben), escalated)
    second = await claim(api.by(cleo), escalated)
    assert second["__typename"] == "AlreadyClaimed"
    assert second["claimedBy"] == {"name": "Ben"}
    assert second["claimedAt"] == first["session"]["claimedAt"]


async def test_of_many_at_once_just_one_wins(api, running, ana, escalated):
    names = [f"User{n}" for n in range(6)]
    users = [await factories.user(running, n, account_id=ana.account_id) for n in names]
    answers = await asyncio.gather(*(claim(api.by(user), escalated) for user in users))
    kinds = [answer["__typename"] for answer in answers]
    assert sorted(kinds) == ["AlreadyClaimed"] * 5 + ["ClaimSuccess"]
    winner = names[kinds.index("ClaimSuccess")]
    assert (await get(api, escalated))["escalatedTo"] == {"name": winner}
    losers = [answer for answer in answers if answer["__typename"] == "AlreadyClaimed"]
    assert {answer["claimedBy"]["name"] for answer in losers} == {winner}


async def test_what_is_not_escalated_cannot_be_claimed(api, ben):
    session = await chat(api)
    refused = await claim(api.by(ben), session["id"])
    assert refused["__typename"] == "InvalidTransition"


async def test_what_was_claimed_can_be_escalated_again(api, ben, escalated):
    await claim(api.by(ben), escalated)
    moved = await move(api.by(ben), "escalate", escalated, reason="Back to you")
    assert moved["session"]["claimedAt"] is None
    assert (await claim(api, escalated))["__typename"] == "ClaimSuccess"


async def test_a_claimed_guided_session_is_answered_by_who_claimed_it(api, ben, led):
    await move(api, "escalate", led["id"], reason="Out of ideas")
    await claim(api.by(ben), led["id"])
    answered = await respond(api.by(ben), led["id"], led["currentStep"]["id"], skip=True)
    assert answered["step"]["answer"]["answeredBy"] == {"name": "Ben"}


async def test_the_claim_stands_in_the_history(api, ben, escalated):
    await claim(api.by(ben), escalated)
    [noted] = [each for each in await history(api, escalated) if each["kind"] == "CLAIMED"]
    assert noted["actor"] == {"name": "Ben"}


async def test_only_who_did_not_escalate_it_is_offered_the_claim(api, ben, escalated):
    assert "CLAIM" not in (await get(api, escalated))["allowedActions"]
    assert "CLAIM" in (await get(api.by(ben), escalated))["allowedActions"]


async def test_what_was_meant_for_one_may_be_claimed_by_another(api, ben, running, ana):
    session = await chat(api)
    cleo = await factories.user(running, "Cleo", account_id=ana.account_id)
    to = (await api.by(cleo).data("{ viewer { id } }"))["viewer"]["id"]
    await move(api, "escalate", session["id"], reason="Yours", toUserId=to)
    claimed = await claim(api.by(ben), session["id"])
    assert claimed["session"]["escalatedTo"] == {"name": "Ben"}


async def test_what_was_paused_before_is_no_longer_paused(api, ben):
    session = await chat(api)
    await move(api, "pause", session["id"])
    await move(api, "escalate", session["id"], reason="Out of ideas")
    assert (await claim(api.by(ben), session["id"]))["session"]["pausedAt"] is None
