"""Steps of guided sessions in the terminal: options are chosen by number."""

from typing import Any

from server.cli.chat.connection import Refused
from server.cli.chat.output import print_note, print_text

Step = dict[str, Any]


def print_step(step: Step, printed: str = "") -> None:
    """A step with its options; without its content if that has just been `printed`."""
    if step["content"].strip() != printed.strip():
        print_text(f"{step['content']}\n")
    for label, text in (("Why", step["contextMessage"]), ("Expected", step["expectedOutcome"])):
        if text:
            print_note(f"{label}: {text}")
    for number, option in enumerate(step["options"], 1):
        hint = f" ({option['followupHint']})" if option["followupHint"] else ""
        print_text(f"  {number}. {option['label']}{hint}\n")
    if step["answer"] is None:
        print_note(describe_answers(step))


def describe_answers(step: Step) -> str:
    """How the step can be answered."""
    ways = []
    if step["options"]:
        ways.append(f"a number from 1 to {len(step['options'])}")
    if step["allowFreeText"]:
        ways.append("your own words")
    if step["allowSkip"]:
        ways.append("/skip")
    return f"Answer with {' or '.join(ways)}."


def parse_answer(step: Step, line: str) -> dict[str, Any]:
    """A value of StepAnswerInput. Raises Refused if the step takes no such answer."""
    options = step["options"]
    entered = line.strip()
    if entered.isascii() and entered.isdigit() and options:
        if 1 <= int(entered) <= len(options):
            return {"option": options[int(entered) - 1]["value"]}
        if not step["allowFreeText"]:
            raise Refused(describe_answers(step))
    for option in options:
        if entered.casefold() in (option["label"].casefold(), option["value"].casefold()):
            return {"option": option["value"]}
    if not step["allowFreeText"]:
        raise Refused(describe_answers(step))
    return {"text": entered}
