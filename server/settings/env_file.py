"""The encoding and the form of the `.env` file. Editors and shells of Windows write other encodings
than UTF-8."""

import codecs
import io
from pathlib import Path

from dotenv.parser import parse_stream

#: By what a file begins with.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableEnvFile(Exception):
    """The message says what to do; it does not contain the file, which may hold secrets."""


def detect_encoding(path: Path) -> str:
    """UTF-8, or the encoding that a byte order mark tells. Raises UnreadableEnvFile."""
    if not path.is_file():
        return "utf-8"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableEnvFile(
            f"{path} cannot be read ({error.strerror}). Let this user read it, or remove it."
        ) from None
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableEnvFile(not_utf8(path, line)) from None
    if "\0" in text:
        # UTF-16 without its mark.
        raise UnreadableEnvFile(not_utf8(path, text[: text.index("\0")].count("\n") + 1))
    check_lines(path, text)
    return encoding


def check_lines(path: Path, text: str) -> None:
    """Raises UnreadableEnvFile for a line that would be left out: the server would start without
    its setting, such as the URL of its database."""
    for line in parse_stream(io.StringIO(text)):
        if line.error:
            raise UnreadableEnvFile(
                f"Line {line.original.line} of {path} cannot be read. Expected NAME=value; a value "
                "that begins with a quotation mark ends with one."
            )


def not_utf8(path: Path, line: int) -> str:
    return f"Line {line} of {path} is not UTF-8. Save the file as UTF-8."
