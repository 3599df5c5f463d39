"""What `sessions chat` prints: texts of the session to standard output, the rest beside it."""

import sys

import typer


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
    """Without the control characters of terminal escape sequences."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")
