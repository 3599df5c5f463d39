"""Reads the `content` of a JSON object while the object is still streamed."""

import jiter


class PartialContentReader:
    """Returns the new text of the top-level `content` with each fragment of the JSON.

    Each fragment makes jiter parse the object again from its start, up to the end of `content`:
    a step has a few kilobytes, which take it microseconds.
    """

    def __init__(self) -> None:
        self._json = ""
        self._length = 0
        self._is_complete = False

    def feed(self, fragment: str) -> str:
        """Return the text that is new. Invalid JSON yields nothing: the caller validates it all."""
        if self._is_complete:
            return ""
        self._json += fragment
        content = self._read_content()
        new = content[self._length :]
        self._length = len(content)
        return new

    def _read_content(self) -> str:
        start = self._json.find("{")
        if start < 0:
            return ""
        # A lone surrogate cannot be encoded; the database would reject it as well.
        data = self._json[start:].encode(errors="replace")
        try:
            fields = jiter.from_json(data, partial_mode="trailing-strings")
        except ValueError:
            return ""
        content = fields.get("content")
        if not isinstance(content, str):
            return ""
        self._is_complete = next(reversed(fields)) != "content"
        return content
