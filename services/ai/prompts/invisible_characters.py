"""Shows characters that a reader does not see: text can hide instructions in them.

They are named, not dropped: a zero-width space in a command may be the very problem.
"""

import re

#: Runs of invisible characters that are named in one text. The rest is dropped, so that a text does
#: not grow without bound.
NAMED_RUNS = 200

#: The inside of a regular expression's class: control characters but tab and line feed, format
#: characters without a shape, and fillers, joiners, selectors and separators of other categories.
#: A test compares it with the character database; computing it would take 0.2 s of each start.
INVISIBLE = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

#: Scripts in which a joiner changes the spelling, and pictures that it connects.
JOINED = r"\u0600-\u1cff\u2190-\u27bf\ufe0f\U0001f000-\U0001faff"
#: Pictures and digits that a selector draws in colour or in black.
SELECTED = r"#*0-9\u00a9\u00ae\u2010-\u3300\U0001f000-\U0001faff"
COLOUR_CODE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
#: Characters in their place, and the others.
FOUND = re.compile(
    rf"""
    (?P<kept> (?<=[{JOINED}])[\u200c\u200d](?=[{JOINED}]) | (?<=[{SELECTED}])[\ufe0e\ufe0f] )
  | [{INVISIBLE}]+
    """,
    re.VERBOSE,
)


def normalize_lines(text: str) -> str:
    """End each line with `\\n` alone, and remove the colour codes of terminals."""
    return COLOUR_CODE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def reveal_invisible(text: str) -> str:
    """Name each run of invisible characters, as `[U+200B]` or `[3 invisible characters]`. Joiners
    and selectors stay where their script or picture needs them."""
    named = 0

    def name(match: re.Match[str]) -> str:
        nonlocal named
        if match["kept"]:
            return match[0]
        if named == NAMED_RUNS:
            return ""
        named += 1
        run = len(match[0])
        return f"[U+{ord(match[0]):04X}]" if run == 1 else f"[{run} invisible characters]"

    return FOUND.sub(name, text)
