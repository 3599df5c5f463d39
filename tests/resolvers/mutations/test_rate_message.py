"""Rating an answer of the assistant."""

import base64

import pytest

from schema import ids
from tests.operations import (
    call,
    chat,
    get,
    history,
    messages,
)

RATE = "chatMessage { id rating }"


async def test_an_answer_is_rated_and_the_rating_taken_back(api):
    session = await chat(api)
    answer = session["messages"]["edges"][1]["node"]
    for rating in ("UP", "DOWN", None):
        rated = await call(api, "rateMessage", RATE, messageId=answer["id"], rating=rating)
        assert rated["chatMessage"] == {"id": answer["id"], "rating": rating}
    assert messages(await get(api, session["id"])) == messages(session)


async def test_what_a_person_said_is_not_rated(api):
    session = await chat(api)
    said = session["messages"]["edges"][0]["node"]
    refused = await call(api, "rateMessage", RATE, messageId=said["id"], rating="UP")
    assert refused["__typename"] == "NotFound"


@pytest.mark.parametrize("key", ["1", "\x00", "no such message", ""])
async def test_an_unknown_message_is_not_rated(api, key):
    session = await chat(api)
    in_session = base64.b64decode(session["id"]).decode().split(":")[1]
    id = ids.encode_global_id("ChatMessage", f"{in_session}/{key}")
    refused = await call(api, "rateMessage", RATE, messageId=id, rating="UP")
    assert refused["__typename"] == "NotFound"


async def test_the_rating_of_an_answer_stands_in_the_history(api):
    session = await chat(api)
    answer = session["messages"]["edges"][1]["node"]
    await call(api, "rateMessage", RATE, messageId=answer["id"], rating="DOWN")
    [noted] = [each for each in await history(api, session["id"]) if each["kind"] == "RATED"]
    assert noted["detail"] == {"messageId": answer["id"], "rating": "DOWN"}
