"""Problems as people put them, and the flow each must find."""

import pytest
from sqlalchemy import text

from models import ConfidenceTier
from services.flows.matching import best_matches
from tests.superuser import as_owner

PLAIN = [
    ("the vpn keeps disconnecting", "vpn-not-connecting"),
    ("Outlook shows no new mail since this morning", "mail-not-syncing"),
    ("user account is locked out again", "account-lockout"),
    ("printer not printing, jobs stuck in the queue", "printer-not-printing"),
    ("my pc is very slow since yesterday", "slow-pc"),
    ("C drive is full on the laptop", "disk-full"),
    ("no sound in Teams calls", "teams-audio"),
    ("OneDrive is not syncing my files", "onedrive-not-syncing"),
    ("the shared drive S: is missing", "shared-drive-missing"),
    ("got a blue screen twice today", "blue-screen"),
    ("wifi keeps dropping in the meeting room", "wifi-problems"),
    ("user clicked a link in a phishing mail", "phishing-report"),
    ("forgot my password and cannot sign in", "password-reset"),
    ("no internet connection at the desk", "no-network"),
    ("authenticator app is on a lost phone, MFA does not work", "mfa-problems"),
    ("external monitor is not detected by the dock", "external-monitor"),
    ("software installation fails with error 1603", "software-install"),
    ("web page does not load in Chrome", "browser-problems"),
]
IN_A_LONG_STORY = """\
Hi team, Maria from accounting called at nine. She is working from home this week because of the
move, and since the update on Tuesday her VPN keeps disconnecting every few minutes. She has
rebooted twice already. Everything else, mail included, is fine. She needs it for the closing."""
ELSE = [
    "zyzzyva quux frobnicates",
    "how many holidays do I have left",
    "please order ten new chairs",
    "the coffee machine leaks",
]
SLUGS = text("SELECT id, slug FROM flows")


async def found(running, ana, said):
    matches = await best_matches(running.tenancy.reader(ana.account_id), ana.account_id, said)
    async with as_owner(running) as db:
        slugs = dict((await db.execute(SLUGS)).all())
    return [(slugs[match.flow_id], match.score) for match in matches]


@pytest.mark.parametrize(("said", "slug"), PLAIN, ids=[slug for _, slug in PLAIN])
async def test_a_problem_plainly_put_finds_its_flow(running, ana, said, slug):
    matches = await found(running, ana, said)
    assert matches[0][0] == slug, matches
    assert ConfidenceTier.of(matches[0][1]) is not ConfidenceTier.DISCOVERY


async def test_most_plain_problems_are_led_by_their_flow_at_once(running, ana):
    scores = [(await found(running, ana, said))[0][1] for said, _ in PLAIN]
    led = [score for score in scores if ConfidenceTier.of(score) is ConfidenceTier.GUIDED]
    assert len(led) >= len(PLAIN) * 2 // 3, sorted(scores)


async def test_a_symptom_is_found_in_a_long_story(running, ana):
    [best, *_] = await found(running, ana, IN_A_LONG_STORY)
    assert best[0] == "vpn-not-connecting"
    assert ConfidenceTier.of(best[1]) is ConfidenceTier.GUIDED


async def test_typing_errors_are_forgiven(running, ana):
    [best, *_] = await found(running, ana, "teh vpn kepes disconecting")
    assert best[0] == "vpn-not-connecting"


@pytest.mark.parametrize("said", ELSE)
async def test_what_is_none_of_these_is_led_by_none(running, ana, said):
    matches = await found(running, ana, said)
    assert {ConfidenceTier.of(score) for _, score in matches} <= {ConfidenceTier.DISCOVERY}


@pytest.mark.parametrize(
    "said", ["", "'", "\\", "%", "a" * 10_000, "!&|():*<->", "\N{RIGHT SINGLE QUOTATION MARK}"]
)
async def test_no_text_breaks_it(running, ana, said):
    await found(running, ana, said)
