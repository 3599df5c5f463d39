"""Reads the `content` out of a JSON object while the object is still being written."""

import json
import re

OPENING = re.compile(r'"content"\s*:\s*"')

#: As much of a JSON string as is whole: no half escape, no half of a surrogate pair, no end.
WHOLE = re.compile(
    r"""(?: [^"\\]
          | \\["\\/bfnrt]
          | \\u(?!d[89ab])[0-9a-f]{4}
          | \\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}
        )*""",
    re.VERBOSE | re.IGNORECASE,
)


class ContentReader:
    """Each character is looked at once: what has been read is not kept."""

    def __init__(self) -> None:
        self._unread = ""
        self._is_open = False
        self._is_closed = False

    def feed(self, json_piece: str) -> str:
        """Return the text that is new."""
        if self._is_closed:
            return ""
        self._unread += json_piece
        if not self._is_open:
            self._open()
        return self._read() if self._is_open else ""

    def _open(self) -> None:
        found = OPENING.search(self._unread)
        if found:
            self._is_open = True
            self._unread = self._unread[found.end() :]

    def _read(self) -> str:
        found = WHOLE.match(self._unread)
        assert found is not None  # it matches nothing, too
        whole = found.group()
        self._unread = self._unread[len(whole) :]
        self._is_closed = self._unread.startswith('"')
        text: str = json.loads(f'"{whole}"', strict=False)
        return text
