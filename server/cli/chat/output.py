"""What `sessions chat` prints: texts of the session to standard output, the rest beside it."""

import sys
import unicodedata

import typer

#: Format characters that words and emoji are written with: joiners and non-joiners.
JOINERS = "\u200c\u200d"


def print_text(text: str) -> None:
    """Part of an answer, at once."""
    sys.stdout.write(strip_control_chars(text))
    sys.stdout.flush()


def print_note(text: str) -> None:
    """A remark about the conversation."""
    typer.secho(strip_control_chars(text), err=True, dim=True)


def print_error(message: str) -> int:
    """Returns the exit status."""
    typer.secho(strip_control_chars(message), err=True, fg="red")
    return 1


def strip_control_chars(text: str) -> str:
    """Without the control characters of terminal escape sequences, and without what turns the
    direction of a text."""
    return text if text.isprintable() else "".join(filter(may_be_printed, text))


def may_be_printed(char: str) -> bool:
    """Python counts spaces other than the usual one, as in French or Japanese, as not printable."""
    return char.isprintable() or char in "\n\t" + JOINERS or unicodedata.category(char) == "Zs"
