"""Reads prompts as their rule tells the model to: which text is material, and which is not."""

import re
import unicodedata

from services.ai.prompts.material import TAGS
from services.ai.prompts.prompt import Prompt

OPENING = re.compile(r"<([a-z]+)-([0-9a-f]{16})(?: [^<>\n]*)?>")
#: A tag of ours in the eyes of a reader who takes no notice of codes.
ANY_TAG = re.compile(rf"<[\s/\\|!?.-]*(?:{'|'.join(TAGS)})\b")


def split_material(text: str) -> tuple[list[tuple[str, str]], str]:
    """The materials of a text with their tags, and the text outside of them."""
    materials, outside, inside = [], [], []
    closing = tag = None
    for line in text.split("\n"):
        opening = OPENING.fullmatch(line)
        if closing is None and opening:
            tag, closing = opening[1], f"</{opening[1]}-{opening[2]}>"
            assert tag in TAGS
        elif closing is None:
            outside.append(line)
        elif line == closing:
            materials.append((tag, "\n".join(inside)))
            closing, inside = None, []
        else:
            inside.append(line)
    assert closing is None
    return materials, "\n".join(outside)


def text_outside(prompt: Prompt) -> str:
    turns = (*prompt.lasting, *prompt.fresh)
    return "\n".join(split_material(turn.text)[1] for turn in turns)


def read_carelessly(text: str) -> str:
    """As somebody reads who sees no invisible characters, accents, cases and widths."""
    shown = "".join(
        each for each in text if unicodedata.category(each) not in ("Cf", "Mn", "Me", "Cn")
    )
    form = unicodedata.normalize("NFKD", shown)
    return "".join(each for each in form if unicodedata.category(each) != "Mn").casefold()
