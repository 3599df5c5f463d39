import asyncio

import pytest

from tests.operations import CREATE, create, ending, get, messages


async def test_a_chat_begins_with_the_intake_and_its_answer(api, assistant):
    answer = assistant.enqueue_held("Is it ")

    created = await create(api, "CHAT", "Outlook shows no new mail")

    assert created["generation"]["kind"] == "CHAT_REPLY"
    assert created["session"]["status"] == "ACTIVE"
    assert created["session"]["activeGeneration"]["id"] == created["generation"]["id"]
    answer.release("the desktop app?")
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["text"]) == (
        "GenerationCompleted",
        "Is it the desktop app?",
    )
    session = await get(api, created["session"]["id"])
    assert messages(session) == [
        ("USER", "Outlook shows no new mail"),
        ("ASSISTANT", "Is it the desktop app?"),
    ]
    assert session["stepCount"] == 2
    assert session["activeGeneration"] is None


async def test_a_guided_session_on_a_known_problem_has_its_first_step_at_once(api):
    created = await create(api, "GUIDED", "the vpn keeps disconnecting")

    session = created["session"]
    assert created["generation"] is None
    assert session["confidenceTier"] == "GUIDED"
    assert session["flow"]["slug"] == "vpn-not-connecting"
    assert session["stepCount"] == session["currentStep"]["order"] == 1
    assert len(session["currentStep"]["options"]) >= 2


async def test_a_guided_session_on_an_unknown_problem_asks_the_assistant(api):
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")

    assert created["session"]["confidenceTier"] == "DISCOVERY"
    assert created["generation"]["kind"] == "GUIDED_STEP"
    ended = await ending(api, created["generation"]["id"])
    assert ended["step"]["order"] == 1


async def test_guided_is_the_default(api):
    created = (await api.data(CREATE, input={"intake": {"text": "wifi is slow"}}))["createSession"]
    assert created["session"]["__typename"] == "GuidedSession"


async def test_a_given_title_is_kept(api, assistant):
    created = await create(api, "CHAT", "Outlook shows no new mail", title="Mail, again")
    assert created["session"]["title"] == "Mail, again"


async def test_without_a_title_the_first_words_are_shown(api):
    created = await create(api, "CHAT", "Outlook shows   no new mail\nsince this morning")
    assert created["session"]["displayTitle"] == "Outlook shows no new mail since this morning"


@pytest.mark.parametrize(
    ("intake", "message"),
    [
        ({"text": "  \n "}, "Describe the problem: `intake.text` must not be empty."),
        ({"type": "LOG_PASTE", "text": "see log"}, "An intake of type LOG_PASTE needs `logText`."),
        ({"type": "PSA_TICKET"}, "An intake of type PSA_TICKET needs `ticketId`."),
        (
            {"text": "x" * 20_001},
            "The text has 20,001 characters; at most 20,000 are allowed.",
        ),
    ],
)
async def test_refuses_an_intake_that_says_nothing_or_too_much(api, intake, message):
    answer = await api.data(CREATE, input={"sessionType": "CHAT", "intake": intake})
    assert answer["createSession"] == {
        "__typename": "InvalidInput",
        "code": "INVALID_INPUT",
        "message": message,
    }


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"title": "x" * 256}, "The title has 256 characters; at most 255 are allowed."),
        ({"ticketId": "x" * 101}, "The ticket id has 101 characters; at most 100 are allowed."),
    ],
)
async def test_refuses_a_title_or_ticket_that_is_none(api, more, message):
    asked = {"sessionType": "CHAT", "intake": {"text": "it hangs"}, **more}
    refused = (await api.data(CREATE, input=asked))["createSession"]
    assert (refused["__typename"], refused["message"]) == ("InvalidInput", message)


@pytest.mark.parametrize("kind", ["CHAT", "GUIDED"])
async def test_a_ticket_alone_is_enough_to_begin(api, kind):
    intake = {"type": "PSA_TICKET", "ticketId": "T-1"}
    created = await create(api, kind, "", intake=intake)
    assert created["generation"]
    found = await api.data(
        '{ sessions(filter: {ticketId: "T-1"}) { edges { node { id intake { ticketId } } } } }'
    )
    [edge] = found["sessions"]["edges"]
    assert edge["node"] == {
        "id": created["session"]["id"],
        "intake": {"ticketId": "T-1"},
    }


async def test_the_ticket_may_stand_beside_the_intake(api):
    asked = {"input": {"ticketId": "T-2", "intake": {"text": "No mail"}}}
    document = """
    mutation ($input: CreateSessionInput!) { createSession(input: $input) {
      ... on CreateSessionSuccess { session { intake { type text ticketId } } }
    } }
    """
    created = (await api.data(document, **asked))["createSession"]["session"]
    assert created["intake"] == {"type": "FREE_TEXT", "text": "No mail", "ticketId": "T-2"}


async def test_the_same_key_at_the_same_time_creates_one_session(api):
    asked = {"idempotencyKey": "k1"}
    created = await asyncio.gather(
        *(create(api, "GUIDED", "the vpn keeps disconnecting", **asked) for _ in range(4))
    )
    assert len({each["session"]["id"] for each in created}) == 1


async def test_a_log_is_kept_and_shown_in_the_first_message(api, assistant):
    answer = assistant.enqueue_held("Is it ")
    asked = {
        "sessionType": "CHAT",
        "intake": {"type": "COMBINED", "text": "Sync fails", "logText": "0x8004010F\x00 \ud800"},
    }
    created = (await api.data(CREATE, input=asked))["createSession"]
    [(_, said)] = messages(created["session"])
    assert (
        said
        == "Sync fails\n\n```\n0x8004010F\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}\n```"
    )
    answer.release("the desktop app?")


async def test_the_same_key_creates_one_session(api, running):
    first = await create(api, "CHAT", "Outlook shows no new mail", idempotencyKey="k1")
    second = await create(api, "CHAT", "Outlook shows no new mail", idempotencyKey="k1")
    assert first["session"]["id"] == second["session"]["id"]
    assert first["generation"]["id"] == second["generation"]["id"]


async def test_the_same_key_with_another_input_is_refused(api):
    await create(api, "CHAT", "Outlook shows no new mail", idempotencyKey="k1")
    asked = {"sessionType": "CHAT", "intake": {"text": "Something else"}, "idempotencyKey": "k1"}
    answer = await api.data(CREATE, input=asked)
    assert answer["createSession"] == {
        "__typename": "InvalidInput",
        "code": "INVALID_INPUT",
        "message": "This `idempotencyKey` was used before with another input.",
    }


async def test_two_users_may_use_the_same_key(api, ben):
    mine = await create(api, "CHAT", "Outlook shows no new mail", idempotencyKey="k1")
    his = await create(api.by(ben), "CHAT", "Outlook shows no new mail", idempotencyKey="k1")
    assert mine["session"]["id"] != his["session"]["id"]
