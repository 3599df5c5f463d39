"""The bundled flows: one YAML file each. A bad file is refused by name, line and reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from services.flows.tree import FlowTree, Words
from services.flows.validation import find_issues

Place = tuple[str | int, ...]


class FlowFile(FlowTree):
    """A flow as its file has it."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
    title: Annotated[Words, Field(max_length=255)]
    description: Words
    domain: Annotated[Words, Field(max_length=100)]
    tags: tuple[Words, ...] = ()
    symptoms: Annotated[tuple[Words, ...], Field(min_length=1)]

    @property
    def tree(self) -> dict[str, Any]:
        """What the database keeps."""
        return self.model_dump(mode="json", include={"root", "nodes"})


class InvalidFlowFile(Exception):
    """A flow's file cannot be used; `line` counts from one."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


def load_flow_library(folder: Path) -> list[FlowFile]:
    """Read all flows of a folder. Raises FlowFileInvalid for the first bad one."""
    return [load_flow_file(path) for path in sorted(folder.glob("*.yaml"))]


def load_flow_file(path: Path) -> FlowFile:
    """Raises FlowFileInvalid."""
    written = compose(path)
    try:
        flow = FlowFile.model_validate(yaml.SafeLoader("").construct_document(written))
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        reason = f"{named(first['loc'])}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise InvalidFlowFile(path, line_of(written, first["loc"]), reason) from None
    for fault in find_issues(flow):
        raise InvalidFlowFile(path, line_of(written, fault.place), fault.reason)
    if flow.slug != path.stem:
        reason = f"the slug {flow.slug!r} must be the name of its file, {path.stem!r}"
        raise InvalidFlowFile(path, line_of(written, ("slug",)), reason)
    return flow


def compose(path: Path) -> yaml.MappingNode:
    """The file as YAML nodes, which know their lines."""
    try:
        written = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise InvalidFlowFile(path, 1, "the file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidFlowFile(path, line, f"not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise InvalidFlowFile(path, 1, f"not YAML: {error}") from None
    if not isinstance(written, yaml.MappingNode):
        raise InvalidFlowFile(path, 1, "a flow is a mapping: slug, title, ..., nodes")
    for key in repeated_keys(written):
        line = key.start_mark.line + 1
        raise InvalidFlowFile(path, line, f"{key.value!r} is there twice")
    return written


def repeated_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """YAML would quietly keep the last of them."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from repeated_keys(item)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(key.value)
            yield from repeated_keys(value)


def line_of(node: yaml.Node, place: Place) -> int:
    """The line of the innermost part of `place` that the file has."""
    line = node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
            if found is not None:
                line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def named(place: Place) -> str:
    return ".".join(map(str, place)) or "the flow"
