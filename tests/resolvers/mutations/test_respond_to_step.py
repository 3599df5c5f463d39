import asyncio

import pytest

from models import StepType
from services.ai import Option, StepDraft
from tests.operations import chat, create, ending, get, move, respond

STEPS = """
query Steps($id: ID!) {
  session(id: $id) {
    ... on GuidedSession {
      steps { edges { node { order content answer { option { label } text skipped } } } }
    }
  }
}
"""


@pytest.fixture
async def led(api):
    """A session on a flow of the library, at its first step."""
    return (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]


@pytest.fixture
async def explored(api, assistant):
    """A session the assistant leads, at a step with two options."""
    options = (Option("yes", "Yes, it does"), Option("no", "No"))
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


async def test_a_step_of_another_session_is_not_found(api, led):
    other = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    refused = await respond(api, led["id"], other["currentStep"]["id"], skip=True)
    assert refused["__typename"] == "NotFound"


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
    [asked] = assistant.assignments[-1].case.steps
    assert asked.answer == "Yes, it does"


async def test_every_first_choice_leads_to_a_solution_that_resolves(api, led):
    session = led
    while session["currentStep"]["stepType"] != "RESOLUTION_SUGGESTION":
        step = session["currentStep"]
        answered = await respond(api, session["id"], step["id"], option=step["options"][0]["value"])
        session = answered["session"]
    solved = await respond(api, session["id"], session["currentStep"]["id"], option="solved")
    assert solved["generation"] is None
    resolved = await move(api, "resolve", session["id"])
    assert resolved["session"]["resolutionSummary"]
    steps = (await api.data(STEPS, id=session["id"]))["session"]["steps"]["edges"]
    assert len(steps) == session["stepCount"] >= 4
    assert all(edge["node"]["answer"] for edge in steps)


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
