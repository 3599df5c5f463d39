"""Pages of messages, steps and history."""

import pytest

from queries import pagination
from tests.operations import chat, create, ending, respond, send

PAGE = """
query Page($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  session(id: $id) {
    ... on ChatSession {
      messages(first: $first, after: $after, last: $last, before: $before) {
        totalCount
        edges { cursor node { content } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
}
"""
STEPS = """
query Steps($id: ID!, $last: Int) {
  session(id: $id) {
    ... on GuidedSession { steps(last: $last) { totalCount edges { node { order } } } }
  }
}
"""
HISTORY = """
query History($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  session(id: $id) {
    history(first: $first, after: $after, last: $last, before: $before) {
      totalCount edges { cursor node { kind } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""


@pytest.fixture
async def session_id(api, assistant):
    """A chat of six messages: m1 a1 m2 a2 m3 a3."""
    assistant.enqueue("a1")
    session = await chat(api, "m1")
    for number in (2, 3):
        assistant.enqueue(f"a{number}")
        sent = await send(api, session["id"], f"m{number}")
        await ending(api, sent["generation"]["id"])
    return session["id"]


async def page(api, id, **asked):
    found = (await api.data(PAGE, id=id, **asked))["session"]["messages"]
    return found, [edge["node"]["content"] for edge in found["edges"]]


ALL = ["m1", "a1", "m2", "a2", "m3", "a3"]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, ALL),
        ({"first": 2}, ["m1", "a1"]),
        ({"last": 2}, ["m3", "a3"]),
        ({"first": 0}, []),
        ({"first": 100}, ALL),
    ],
)
async def test_from_either_end(api, session_id, asked, wanted):
    found, contents = await page(api, session_id, **asked)
    assert contents == wanted
    assert found["totalCount"] == 6


async def test_forwards_and_backwards(api, session_id):
    first, _ = await page(api, session_id, first=2)
    assert first["pageInfo"]["hasNextPage"]
    assert not first["pageInfo"]["hasPreviousPage"]
    after = first["pageInfo"]["endCursor"]
    assert (await page(api, session_id, first=3, after=after))[1] == ["m2", "a2", "m3"]
    last, _ = await page(api, session_id, last=2)
    before = last["pageInfo"]["startCursor"]
    assert (await page(api, session_id, last=3, before=before))[1] == ["a1", "m2", "a2"]


async def test_a_page_stays_right_while_the_chat_goes_on(api, session_id):
    last, _ = await page(api, session_id, last=2)
    sent = await send(api, session_id, "m4")
    await ending(api, sent["generation"]["id"])
    after = last["pageInfo"]["endCursor"]
    assert (await page(api, session_id, after=after))[1] == ["m4", "This is a scripted answer."]
    before = last["pageInfo"]["startCursor"]
    assert (await page(api, session_id, last=2, before=before))[1] == ["m2", "a2"]


@pytest.mark.parametrize(
    "asked",
    [{"first": -1}, {"last": -1}, {"first": 101}, {"after": "nonsense"}, {"before": "nonsense"}],
)
async def test_what_cannot_be_is_refused(api, session_id, asked):
    code, _ = await api.error(PAGE, id=session_id, **asked)
    assert code == "INVALID_INPUT"


@pytest.mark.parametrize("number", [2**63 - 1, 2**40, 7, 0, -(2**40), -(2**63)])
async def test_a_cursor_beyond_either_end_is_that_end(api, session_id, number):
    cursor = pagination.encode_cursor(number)
    is_behind = number > 0
    assert (await page(api, session_id, after=cursor))[1] == ([] if is_behind else ALL)
    assert (await page(api, session_id, before=cursor))[1] == (ALL if is_behind else [])
    assert (await page(api, session_id, last=2, after=cursor))[1] == ([] if is_behind else ALL[-2:])


async def test_first_and_last_are_not_asked_for_together(api, session_id):
    code, message = await api.error(PAGE, id=session_id, first=1, last=1)
    assert (code, message) == ("INVALID_INPUT", "Ask for `first` or for `last`, not for both.")


async def test_the_end_of_the_path(api):
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    await respond(api, led["id"], led["currentStep"]["id"], skip=True)
    steps = (await api.data(STEPS, id=led["id"], last=1))["session"]["steps"]
    assert steps == {"totalCount": 2, "edges": [{"node": {"order": 2}}]}


async def test_history_is_told_in_order_page_by_page(api, session_id):
    kinds, after = [], None
    while True:
        found = (await api.data(HISTORY, id=session_id, first=4, after=after))["session"]["history"]
        kinds += [edge["node"]["kind"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(kinds) == found["totalCount"]
    assert [k for k in kinds if k != "RENAMED"][:5] == [
        "CREATED",
        "MESSAGE_ADDED",
        "GENERATION_STARTED",
        "MESSAGE_ADDED",
        "GENERATION_FINISHED",
    ]


async def trail(api, id, **asked):
    found = (await api.data(HISTORY, id=id, **asked))["session"]["history"]
    info = found["pageInfo"]
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert (info["startCursor"], info["endCursor"]) == (
        (cursors[0], cursors[-1]) if cursors else (None, None)
    )
    return cursors, (info["hasPreviousPage"], info["hasNextPage"])


async def test_history_is_told_from_its_end_page_by_page(api, session_id):
    all_cursors, _ = await trail(api, session_id, first=100)
    assert len(all_cursors) > 9
    seen, before, has_previous = [], None, True
    while has_previous:
        cursors, (has_previous, has_next) = await trail(api, session_id, last=4, before=before)
        assert has_next == (before is not None)
        seen, before = cursors + seen, cursors[0]
    assert seen == all_cursors


async def test_history_between_two_cursors(api, session_id):
    places, _ = await trail(api, session_id, first=8)
    between = {"after": places[1], "before": places[6]}
    assert await trail(api, session_id, **between) == (places[2:6], (True, True))
    assert await trail(api, session_id, first=2, **between) == (places[2:4], (True, True))
    assert await trail(api, session_id, last=2, **between) == (places[4:6], (True, True))
    assert (await trail(api, session_id, last=2, after=places[6], before=places[1]))[0] == []
    assert (await trail(api, session_id, last=0))[0] == []
    first = await trail(api, session_id, last=3, before=places[2])
    assert first == (places[:2], (False, True))


@pytest.mark.parametrize(
    "asked",
    [{"first": 1, "last": 1}, {"last": -1}, {"last": 101}, {"before": "nonsense"}],
)
async def test_a_page_of_the_history_that_cannot_be_is_refused(api, session_id, asked):
    code, _ = await api.error(HISTORY, id=session_id, **asked)
    assert code == "INVALID_INPUT"
