"""Renaming a session."""

import pytest

from tests.operations import call, get


async def test_a_session_is_renamed(api, session):
    renamed = await call(
        api, "renameSession", "session { ...Session }", sessionId=session["id"], title="  Mine "
    )
    assert renamed["session"]["title"] == renamed["session"]["displayTitle"] == "Mine"


@pytest.mark.parametrize("title", ["  ", "x" * 256])
async def test_a_title_that_says_nothing_or_too_much_is_refused(api, session, title):
    refused = await call(
        api, "renameSession", "session { id }", sessionId=session["id"], title=title
    )
    assert refused["__typename"] == "InvalidInput"


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        ("renameSession", ({"title": "By A"}, {"title": "By B"})),
        ("rateSession", ({"rating": 5, "comment": "By A"}, {"rating": 1, "comment": "By B"})),
    ],
)
async def test_who_writes_over_a_change_of_another_is_told(api, ben, session, verb, changes):
    asked = {"sessionId": session["id"], "expectedStateVersion": session["stateVersion"]}
    by_a, by_b = changes
    first = await call(api.by(ben), verb, "session { ...Session }", **asked, **by_a)
    refused = await call(api, verb, "session { id }", **asked, **by_b)
    assert (refused["__typename"], refused["code"]) == ("StaleState", "STALE_STATE")
    kept = await get(api, session["id"])
    for name in ("title", "rating", "stateVersion"):
        assert kept[name] == first["session"][name]
