"""The prompt for the next step of a guided session."""

from collections.abc import Iterator

from services import limits
from services.ai.prompts import context_blocks
from services.ai.prompts.material import RULE
from services.ai.prompts.prompt import Prompt, user_turn
from services.ai.session_snapshot import SessionSnapshot

SYSTEM = f"""\
You lead an IT support engineer through a problem at a client of theirs, one step at a time. \
You are given the intake and the steps so far with the engineer's answers. You decide the one \
next step.

Answer with a single JSON object and nothing else, through the tool give_step where there is \
one. Its fields:
- step_type: "question" to learn a fact; "action" for something to do by hand; "script" for \
commands to run; "verification" to check a result; "info_request" for a log, a setting or a \
text you need to see; "resolution_suggestion" once the cause is plain and the fix is known.
- content: the step itself, addressed to the engineer, in Markdown. Exact commands and paths.
- context_message: why this step, in one sentence, or null.
- options: the answers to choose from, each with a label to read, a short value for the \
records, and a followup_hint or null. A question has two to six unless only free text makes \
sense; a step to carry out offers success and failure.
- allow_free_text, allow_skip: whether the engineer may answer in words, or pass.
- expected_outcome: what is seen if the step goes well, or null.
- confidence: from 0 to 1, how sure you are that this path leads to the solution, or null.

Rules:
- One step, one thing. Choose what splits the remaining causes best at the least cost and risk.
- Build on the answers. Never ask again what is known; after a skip, take another way.
- Before a fix that changes something, be sure of the cause; after it, verify.
- Warn in the content before anything that loses data, breaks a connection, or cannot be undone.
- Before the first fix that could be done by hand or by script, ask which way is preferred.
- Never invent results. Never ask for passwords, keys or codes.
- Write in the language the engineer writes in.

{RULE}"""

FLOW = "A proven flow for this kind of problem. Follow it as far as the answers fit it."
ASK = "Give the next step."
LAST = "This is the last step there is room for: suggest a resolution, or say what to escalate."
CONTINUE = """\
Your step was cut off; above is what of its content the engineer has already read. Give the \
step again. Let its content hold only what follows behind the last character above: repeat \
nothing of it, and do not mention the interruption."""


def step_prompt(snapshot: SessionSnapshot) -> Prompt:
    is_last = len(snapshot.steps) + 1 >= limits.STEPS_IN_A_SESSION
    ask = f"{ASK} {LAST}" if is_last else ASK
    return Prompt(SYSTEM, tuple(map(user_turn, context_texts(snapshot))), (user_turn(ask),))


def context_texts(snapshot: SessionSnapshot) -> Iterator[str]:
    yield from context_blocks.intake_blocks(snapshot)
    if snapshot.flow:
        yield f"{FLOW}\n\n{context_blocks.flow_block(snapshot.flow)}"
    yield from map(context_blocks.step_block, snapshot.steps)
