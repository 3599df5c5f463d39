import asyncio

import pytest

from models import StepType
from schema import ids
from server import runtime
from services.ai.offline.assistant import OfflineAssistant
from services.flows.flow_tree import StepDraft, StepOption
from tests.api_client import PATIENCE, Api
from tests.operations import call, chat, create, ending, get, guided, move, respond

STEPS = """
query Steps($id: ID!) {
  session(id: $id) {
    ... on GuidedSession {
      steps { edges { node { order content answer { option { label } text skipped } } } }
    }
  }
}
"""

SUGGESTION = StepDraft(
    StepType.RESOLUTION_SUGGESTION,
    "Restart it.",
    options=(StepOption("solved", "That solved it"), StepOption("not_solved", "It did not")),
)


@pytest.fixture
async def explored(api, assistant):
    """A session the assistant leads, at a step with two options."""
    options = (StepOption("yes", "Yes, it does"), StepOption("no", "No"))
    assistant.enqueue(step=StepDraft(StepType.QUESTION, "Does it blink?", options=options))
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    await ending(api, created["generation"]["id"])
    return await get(api, created["session"]["id"])


async def test_an_option_leads_to_the_next_step_at_once(api, led):
    step = led["currentStep"]
    answered = await respond(api, led["id"], step["id"], option=step["options"][0]["value"])
    assert answered["step"]["answer"]["option"] == step["options"][0]
    assert answered["step"]["answer"]["answeredBy"] == {"name": "Ana"}
    assert answered["generation"] is None
    assert answered["session"]["currentStep"]["order"] == 2


async def test_a_text_that_means_an_option_chooses_it_and_is_kept(api, led):
    step = led["currentStep"]
    said = step["options"][1]["label"].upper() + "."
    answered = await respond(api, led["id"], step["id"], text=said)
    assert answered["step"]["answer"]["option"] == step["options"][1]
    assert answered["step"]["answer"]["text"] == said


async def test_a_step_can_be_skipped_where_it_says_so(api, led):
    assert led["currentStep"]["allowSkip"]
    answered = await respond(api, led["id"], led["currentStep"]["id"], skip=True)
    assert answered["step"]["answer"]["skipped"]
    assert answered["session"]["currentStep"]["order"] == 2


async def test_a_step_cannot_be_skipped_where_it_does_not(api, assistant):
    assistant.enqueue(step=StepDraft(StepType.QUESTION, "Which?", allow_skip=False))
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    await ending(api, created["generation"]["id"])
    session = await get(api, created["session"]["id"])
    refused = await respond(api, session["id"], session["currentStep"]["id"], skip=True)
    assert (refused["__typename"], refused["message"]) == (
        "InvalidInput",
        "This step cannot be skipped.",
    )


async def test_an_option_it_does_not_have_is_refused_with_those_it_has(api, explored):
    refused = await respond(api, explored["id"], explored["currentStep"]["id"], option="maybe")
    assert refused["__typename"] == "InvalidInput"
    assert refused["message"] == "This step has no option 'maybe'. It has: yes, no."
    assert (await get(api, explored["id"]))["currentStep"]["answer"] is None


@pytest.mark.parametrize("text", ["  ", "x" * 8_001])
async def test_an_empty_or_huge_text_is_refused(api, led, text):
    refused = await respond(api, led["id"], led["currentStep"]["id"], text=text)
    assert refused["__typename"] == "InvalidInput"


async def test_just_one_kind_of_answer_is_taken(api, led):
    for answer in ({}, {"option": "a", "text": "b"}):
        document = "mutation($i: RespondToStepInput!) { respondToStep(input: $i) { __typename } }"
        asked = {"sessionId": led["id"], "stepId": led["currentStep"]["id"], "answer": answer}
        code, _ = await api.error(document, i=asked)
        assert code == "GRAPHQL_VALIDATION_FAILED"


async def test_a_skip_that_is_none_is_no_answer(api, led):
    refused = await respond(api, led["id"], led["currentStep"]["id"], skip=False)
    assert refused["__typename"] == "InvalidInput"
    assert (await get(api, led["id"]))["currentStep"]["answer"] is None


async def test_a_text_that_fits_no_option_is_noted_and_the_assistant_goes_on(api, assistant, led):
    assistant.enqueue(step=StepDraft(StepType.QUESTION, "Which hotel?"))
    step = led["currentStep"]
    answered = await respond(api, led["id"], step["id"], text="only in one hotel in Rome")
    assert answered["step"]["answer"]["option"] is None
    assert answered["step"]["answer"]["text"] == "only in one hotel in Rome"
    ended = await ending(api, answered["generation"]["id"])
    assert ended["step"]["content"] == "Which hotel?"
    assert assistant.requests[-1].snapshot.flow.slug == "vpn-not-connecting"


async def test_a_step_without_free_text_takes_none(api, assistant):
    options = (StepOption("yes", "Yes, it does"), StepOption("no", "No"))
    step = StepDraft(StepType.QUESTION, "Does it?", options=options, allow_free_text=False)
    assistant.enqueue(step=step)
    session = await guided(api, "zyzzyva quux frobnicates")
    refused = await respond(api, session["id"], session["currentStep"]["id"], text="perhaps")
    assert (refused["__typename"], refused["message"]) == (
        "InvalidInput",
        "This step takes one of its options, not free text.",
    )


async def test_while_the_next_step_is_written_the_last_one_has_its_answer(api, assistant, explored):
    held = assistant.enqueue_held("Press ")
    step = explored["currentStep"]["id"]
    answered = await respond(api, explored["id"], step, option="yes")
    await asyncio.wait_for(held.held.wait(), PATIENCE)
    refused = await respond(api, explored["id"], step, option="no")
    assert refused["__typename"] == "StepAlreadyAnswered"
    held.release(StepDraft(StepType.ACTION, "Press it."))
    assert (await ending(api, answered["generation"]["id"]))["step"]["order"] == 2


async def test_a_second_answer_is_refused(api, led):
    step = led["currentStep"]
    await respond(api, led["id"], step["id"], option=step["options"][0]["value"])
    refused = await respond(api, led["id"], step["id"], option=step["options"][1]["value"])
    assert refused["__typename"] == "StepAlreadyAnswered"


async def test_of_two_answers_at_once_one_counts(api, led):
    step = led["currentStep"]
    answers = await asyncio.gather(
        *(respond(api, led["id"], step["id"], option=o["value"]) for o in step["options"][:2])
    )
    assert sorted(a["__typename"] for a in answers) == [
        "RespondToStepSuccess",
        "StepAlreadyAnswered",
    ]
    assert (await get(api, led["id"]))["stepCount"] == 2


async def test_the_same_key_answers_it_once(api, led):
    step = led["currentStep"]
    asked = {"option": step["options"][0]["value"], "key": "a key"}
    first = await respond(api, led["id"], step["id"], **asked)
    again = await respond(api, led["id"], step["id"], **asked)
    assert again["step"] == first["step"]
    assert (await get(api, led["id"]))["stepCount"] == 2


async def test_the_same_key_with_another_answer_is_refused(api, led):
    step = led["currentStep"]
    await respond(api, led["id"], step["id"], option=step["options"][0]["value"], key="a key")
    refused = await respond(
        api, led["id"], step["id"], option=step["options"][1]["value"], key="a key"
    )
    assert refused["__typename"] == "InvalidInput"
    assert "another input" in refused["message"]


async def test_the_same_key_at_the_same_time_answers_it_once(api, led):
    step = led["currentStep"]
    asked = {"option": step["options"][0]["value"], "key": "a key"}
    answers = await asyncio.gather(
        *(respond(api, led["id"], step["id"], **asked) for _ in range(4))
    )
    assert {each["__typename"] for each in answers} == {"RespondToStepSuccess"}
    assert (await get(api, led["id"]))["stepCount"] == 2


async def test_a_step_of_another_session_is_not_found(api, led):
    other = await guided(api)
    refused = await respond(api, led["id"], other["currentStep"]["id"], skip=True)
    assert refused["__typename"] == "NotFound"
    assert (await get(api, other["id"]))["currentStep"]["answer"] is None


@pytest.mark.parametrize(
    "id",
    [
        *("nonsense", "", "U2Vzc2lvblN0ZXA6eA=="),
        ids.encode_global_id("SessionStep", "01a208de-ca61-7452-ada6-5ddeb2290f46"),
    ],
)
async def test_an_unknown_step_is_not_found(api, led, id):
    assert (await respond(api, led["id"], id, skip=True))["__typename"] == "NotFound"
    step = led["currentStep"]["id"]
    assert (await respond(api, id, step, skip=True))["__typename"] == "NotFound"


async def test_a_chat_has_no_steps(api, led):
    session = await chat(api)
    refused = await respond(api, session["id"], led["currentStep"]["id"], skip=True)
    assert refused["__typename"] == "WrongSessionType"


async def test_a_paused_session_takes_no_answer(api, led):
    await move(api, "pause", led["id"])
    refused = await respond(api, led["id"], led["currentStep"]["id"], skip=True)
    assert refused["__typename"] == "InvalidTransition"


async def test_where_the_assistant_leads_it_is_asked_for_the_next_step(api, assistant, explored):
    assistant.enqueue(step=StepDraft(StepType.ACTION, "Press it."))
    answered = await respond(api, explored["id"], explored["currentStep"]["id"], option="yes")
    ended = await ending(api, answered["generation"]["id"])
    assert ended["text"] == ended["step"]["content"] == "Press it."
    [asked] = assistant.requests[-1].snapshot.steps
    assert asked.answer == "Yes, it does"


async def test_every_first_choice_leads_to_a_solution_that_resolves(api, led):
    session = led
    while session["currentStep"]["stepType"] != "RESOLUTION_SUGGESTION":
        step = session["currentStep"]
        answered = await respond(api, session["id"], step["id"], option=step["options"][0]["value"])
        session = answered["session"]
    solved = await respond(api, session["id"], session["currentStep"]["id"], option="solved")
    assert solved["generation"] is None
    summary = solved["session"]["resolutionSummary"]
    assert summary
    resolved = await move(api, "resolve", session["id"])
    assert resolved["session"]["resolutionSummary"] == summary
    steps = (await api.data(STEPS, id=session["id"]))["session"]["steps"]["edges"]
    assert len(steps) == session["stepCount"] >= 4
    assert all(edge["node"]["answer"] for edge in steps)


async def test_what_has_not_solved_it_after_all_is_forgotten(api, assistant):
    assistant.enqueue(step=SUGGESTION)
    session = await guided(api, "zyzzyva quux frobnicates")
    solved = await respond(api, session["id"], session["currentStep"]["id"], option="solved")
    assert solved["session"]["resolutionSummary"] == "Restart it."
    again = await call(
        api,
        "regenerate",
        "session { resolutionSummary } generation { id }",
        sessionId=session["id"],
    )
    assert again["session"]["resolutionSummary"] is None
    assert (await ending(api, again["generation"]["id"]))["step"]["order"] == 2


@pytest.fixture
async def alone(place, ana):
    """A server without a model."""
    async with runtime.run_runtime(place, OfflineAssistant()) as running:
        yield Api(running, ana)


async def until_it_says(api, created, words, **answer):
    """Answer the steps of a session until one says that."""
    id, begun = created["session"]["id"], created["generation"]
    while True:
        if begun:
            await ending(api, begun["id"])
        session = await get(api, id)
        if words in session["currentStep"]["content"]:
            return session
        begun = (await respond(api, id, session["currentStep"]["id"], **answer))["generation"]


async def test_what_the_library_says_at_its_end_is_no_solution(alone):
    created = await create(alone, "GUIDED", "zyzzyva quux frobnicates")
    session = await until_it_says(alone, created, "no further steps", text="no idea")
    solved = await respond(alone, session["id"], session["currentStep"]["id"], option="solved")
    assert solved["session"]["resolutionSummary"] is None


async def test_a_question_that_is_asked_again_counts_as_a_step(alone):
    created = await create(alone, "GUIDED", "the vpn keeps disconnecting")
    session = await until_it_says(alone, created, "its limit of 30 steps", text="purple")
    assert session["stepCount"] == 30
    last = await respond(alone, session["id"], session["currentStep"]["id"], option="not_solved")
    assert (last["generation"], last["session"]["stepCount"]) == (None, 30)


async def test_a_solution_that_did_not_help_is_followed_by_another_step(api, assistant):
    assistant.enqueue(step=SUGGESTION)
    session = await guided(api, "zyzzyva quux frobnicates")
    step = session["currentStep"]["id"]
    answered = await respond(api, session["id"], step, option="not_solved")
    assert answered["session"]["resolutionSummary"] is None
    assert (await ending(api, answered["generation"]["id"]))["step"]["order"] == 2


async def test_a_session_has_thirty_steps_at_most_and_ends_in_a_suggestion(api, assistant):
    for _ in range(29):
        assistant.enqueue(step=StepDraft(StepType.QUESTION, "And now?"))
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    generation = created["generation"]
    while generation:
        await ending(api, generation["id"])
        session = await get(api, created["session"]["id"])
        answered = await respond(api, session["id"], session["currentStep"]["id"], text="no")
        generation = answered["generation"]
    session = await get(api, created["session"]["id"])
    assert session["stepCount"] == 30
    assert session["currentStep"]["stepType"] == "RESOLUTION_SUGGESTION"
    last = await respond(api, session["id"], session["currentStep"]["id"], option="not_solved")
    assert last["generation"] is None
    assert (await get(api, session["id"]))["stepCount"] == 30
