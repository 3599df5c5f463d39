"""Python source under construction."""

from __future__ import annotations

from typing import Any

#: Name of the function that a source defines.
FUNCTION = "build"


class SourceBuilder:
    """Lines of code, and the objects that the names in them refer to."""

    def __init__(self, *parameters: str) -> None:
        self.lines = [f"def {FUNCTION}({', '.join(parameters)}):"]
        self.names: dict[str, Any] = {}
        self._known: dict[tuple[str, int], str] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self, prefix: str, thing: Any) -> str:
        """A name for an object; the same one each time."""
        known = (prefix, id(thing))
        if known not in self._known:
            name = self._known[known] = f"{prefix}{len(self.names)}"
            self.names[name] = thing
        return self._known[known]

    def compile(self) -> tuple[Any, int]:
        """The function, and the length of its source."""
        source = "\n".join(self.lines)
        exec(compile(source, "<operation>", "exec"), self.names)  # noqa: S102 - see `codegen`
        return self.names[FUNCTION], len(source)
