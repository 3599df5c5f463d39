"""Reads the bundled flows: one YAML file each. An error names file, line and reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import yaml
from pydantic import Field, ValidationError, model_validator

from services import limits
from services.flows.flow_tree import FlowTree, Label, NonEmptyText
from services.flows.validation import find_issues

FlowLocation = tuple[str | int, ...]
Tag = Annotated[str, Field(min_length=1, max_length=limits.TAG_CHARS)]


class FlowFile(FlowTree):
    """A flow as its file describes it."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
    title: Annotated[NonEmptyText, Field(max_length=255)]
    description: Annotated[NonEmptyText, Field(max_length=limits.FLOW_DESCRIPTION_CHARS)]
    domain: Annotated[NonEmptyText, Field(max_length=limits.DOMAIN_CHARS)]
    tags: Annotated[tuple[Tag, ...], Field(max_length=limits.FLOW_TAGS)] = ()
    symptoms: Annotated[tuple[Label, ...], Field(min_length=1, max_length=limits.FLOW_SYMPTOMS)]

    @model_validator(mode="after")
    def check_size(self) -> "FlowFile":
        """A response of the API holds whole trees."""
        size = len(orjson.dumps(self.tree))
        if size > limits.FLOW_TREE_CHARS:
            raise ValueError(
                f"the tree has {size:,} bytes; at most {limits.FLOW_TREE_CHARS:,} are allowed"
            )
        return self

    @property
    def tree(self) -> dict[str, Any]:
        """The part that the database stores as `tree`."""
        return self.model_dump(mode="json", include={"root", "nodes"})


class InvalidFlowFile(Exception):
    """The file of a flow is invalid; `line` counts from one."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


def load_flow_library(folder: Path) -> list[FlowFile]:
    """Read all flows of a folder. Raises InvalidFlowFile for the first invalid one."""
    return [load_flow_file(path) for path in sorted(folder.glob("*.yaml"))]


def load_flow_file(path: Path) -> FlowFile:
    """Raises InvalidFlowFile."""
    written = parse_yaml_nodes(path)
    try:
        flow = FlowFile.model_validate(yaml.SafeLoader("").construct_document(written))
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        reason = f"{format_location(first['loc'])}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise InvalidFlowFile(path, find_line(written, first["loc"]), reason) from None
    for fault in find_issues(flow):
        raise InvalidFlowFile(path, find_line(written, fault.location), fault.reason)
    if flow.slug != path.stem:
        reason = f"the slug {flow.slug!r} must be the name of its file, {path.stem!r}"
        raise InvalidFlowFile(path, find_line(written, ("slug",)), reason)
    return flow


def parse_yaml_nodes(path: Path) -> yaml.MappingNode:
    """Parse a file to YAML nodes, which have line numbers. Raises InvalidFlowFile."""
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
    for key in find_duplicate_keys(written):
        line = key.start_mark.line + 1
        raise InvalidFlowFile(path, line, f"{key.value!r} is a duplicate key")
    return written


def find_duplicate_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Keys that YAML would silently overwrite."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from find_duplicate_keys(item)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(key.value)
            yield from find_duplicate_keys(value)


def find_line(node: yaml.Node, location: FlowLocation) -> int:
    """The line of the innermost part of `location` that the file has."""
    line = node.start_mark.line + 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
            if found is not None:
                line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def format_location(location: FlowLocation) -> str:
    return ".".join(map(str, location)) or "the flow"
