"""Which flow a description would find, before a session is begun with it."""

import pytest

import models
from models import Role
from services.limits import INTAKE_CHARS
from tests import factories
from tests.operations import create

MATCH = """
query Match($text: String!) {
  matchFlow(text: $text) { flow { slug title usageCount } score confidenceTier }
}
"""
VPN = "the vpn keeps disconnecting"
#: It shares words with a symptom, and too few to follow its flow.
SOMEWHAT = "the printer in the hall makes a noise"


async def matched(api, text):
    return (await api.data(MATCH, text=text))["matchFlow"]


async def session_count(api) -> int:
    return (await api.data("{ sessions { totalCount } }"))["sessions"]["totalCount"]


async def test_it_names_the_flow_that_a_session_would_follow(api):
    found = await matched(api, f"\n {VPN}  ")
    assert found["flow"]["slug"] == "vpn-not-connecting"
    assert found["confidenceTier"] == "GUIDED"
    session = (await create(api, "GUIDED", VPN))["session"]
    assert session["flow"]["slug"] == found["flow"]["slug"]
    assert session["matchScore"] == found["score"]
    assert session["confidenceTier"] == found["confidenceTier"]


async def test_what_only_resembles_a_flow_is_said_to_do_no_more(api):
    found = await matched(api, SOMEWHAT)
    assert found["confidenceTier"] == "DISCOVERY"
    session = (await create(api, "GUIDED", SOMEWHAT))["session"]
    assert (session["matchScore"], session["flow"]) == (found["score"], None)


async def test_asking_leaves_no_trace(api):
    before = await matched(api, VPN)
    assert await matched(api, VPN) == before
    assert before["flow"]["usageCount"] == 0
    assert await session_count(api) == 0


@pytest.mark.parametrize("text", ["", " \n\t ", "zyzzyva quux frobnicates"])
async def test_what_says_nothing_matches_nothing(api, text):
    assert await matched(api, text) is None


async def test_an_own_flow_is_matched_for_its_account_alone(api, running, ana, eve):
    row = models.Flow(
        account_id=ana.account_id,
        slug="quokka",
        title="Quokka in the tunnel",
        description="What to do about it",
        domain="Zoo",
        symptoms="a quokka sits in the tunnel",
        tree={"root": "start", "nodes": {}},
    )
    await factories.save(running, row)
    said = "a quokka sits in the tunnel"
    assert (await matched(api, said))["flow"]["slug"] == "quokka"
    assert await matched(api.by(eve), said) is None


async def test_a_viewer_may_ask(api, running, ana):
    vera = await factories.user(running, "Vera", account_id=ana.account_id, role=Role.VIEWER)
    assert (await matched(api.by(vera), VPN))["flow"]["slug"] == "vpn-not-connecting"


async def test_a_text_is_as_long_as_an_intake_at_most(api):
    assert await matched(api, f"{VPN} {'x' * (INTAKE_CHARS - len(VPN) - 1)}")
    code, message = await api.error(MATCH, text="x" * (INTAKE_CHARS + 1))
    assert (code, message) == (
        "INVALID_INPUT",
        "The text has 20,001 characters; at most 20,000 are allowed.",
    )


async def test_what_cannot_be_stored_is_no_trouble(api):
    assert (await matched(api, f"\x00{VPN}"))["flow"]["slug"] == "vpn-not-connecting"
