"""Reads the `content` of a JSON object while the object is still streamed."""

import jiter


class PartialContentReader:
    """Returns the new text of the top-level `content` with each fragment of the JSON.

    jiter parses the object from its start with each fragment, until `content` is complete. CPU for
    all fragments, of 4 characters each: 0.5 ms for a content of 600 characters, 140 ms for 16,000.
    """

    def __init__(self) -> None:
        self._json = b""
        self._length = 0
        self._is_complete = False

    def feed(self, fragment: str) -> str:
        """Return the text that is new. Invalid JSON yields nothing: the caller validates it all."""
        if self._is_complete:
            return ""
        if not self._json:
            # Servers that do not enforce the schema may write text before the object.
            fragment = fragment[fragment.find("{") :] if "{" in fragment else ""
        # A lone surrogate cannot be encoded; the database would reject it as well.
        self._json += fragment.encode(errors="replace")
        content = self._read_content()
        new = content[self._length :]
        self._length = len(content)
        return new

    def _read_content(self) -> str:
        try:
            fields = jiter.from_json(self._json, partial_mode="trailing-strings")
        except ValueError:
            return ""
        content = fields.get("content")
        if not isinstance(content, str):
            return ""
        self._is_complete = next(reversed(fields)) != "content"
        return content
