"""The console's operations, out of its source, as its client sends them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

SOURCE = Path(__file__).parents[2] / "console" / "app" / "src"
TEMPLATE = re.compile(r"\bgraphql\(\s*`([^`]*)`\s*,?\s*\)")
CALL = re.compile(r"\bgraphql\(")


def sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCE.rglob("*.ts*")):
        if SOURCE / "gql" not in path.parents:
            yield path, path.read_text()


def unread() -> list[str]:
    """Files with an operation that is not written as a template, so that it is not seen here."""
    return [
        str(path.relative_to(SOURCE))
        for path, text in sources()
        if len(CALL.findall(text)) != len(TEMPLATE.findall(text))
    ]


def operations() -> dict[str, str]:
    """By name, each with all the fragments it needs."""
    written = [
        node
        for _, text in sources()
        for template in TEMPLATE.findall(text)
        for node in parse(template).definitions
    ]
    fragments = {
        node.name.value: node for node in written if isinstance(node, FragmentDefinitionNode)
    }
    return {
        node.name.value: as_sent([node, *needed(node, fragments).values()])
        for node in written
        if isinstance(node, OperationDefinitionNode)
    }


def needed(
    node: Any, fragments: dict[str, FragmentDefinitionNode]
) -> dict[str, FragmentDefinitionNode]:
    """Fragments of fragments too; each once."""
    found: dict[str, FragmentDefinitionNode] = {}
    waiting = [node]
    while waiting:
        for name in spread_in(waiting.pop()):
            if name not in found:
                found[name] = fragments[name]
                waiting.append(fragments[name])
    return found


def spread_in(node: Any) -> set[str]:
    names: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: Any) -> None:
            names.add(spread.name.value)

    visit(node, Spreads())
    return names


class AsSent(Visitor):
    """What the client makes of a document: it asks for the type of everything, for its cache, and
    keeps the directive that is meant for itself."""

    def leave_directive(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value == "unmask" else None

    def leave_selection_set(self, node: Any, _key: Any, parent: Any, *_: Any) -> Any:
        has_type = any(
            isinstance(each, FieldNode) and each.name.value == "__typename"
            for each in node.selections
        )
        if has_type or isinstance(parent, OperationDefinitionNode):
            return None
        asked = FieldNode(name=NameNode(value="__typename"))
        return SelectionSetNode(selections=(*node.selections, asked))


def as_sent(definitions: list[Any]) -> str:
    return print_ast(visit(DocumentNode(definitions=tuple(definitions)), AsSent()))


def normal(text: str) -> str:
    """The same for documents that differ only in the order of their fragments, or in spaces."""
    return "\n".join(sorted(print_ast(node) for node in parse(text).definitions))
