"""GraphiQL's example operations fit the schema, and show all of its kinds."""

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from graphql.language import InlineFragmentNode, OperationDefinitionNode, visit
from graphql.language.visitor import Visitor

from resolvers.schema import schema

FOLDER = Path(__file__).parents[2] / "console" / "graphiql" / "examples"
EXAMPLES = sorted(FOLDER.glob("*.graphql"))
SCHEMA = build_schema(schema.as_str())


def operation(example: Path) -> OperationDefinitionNode:
    [found] = [
        node
        for node in parse(example.read_text()).definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_named_and_explained(example):
    assert validate(SCHEMA, parse(example.read_text())) == []
    assert operation(example).name
    assert example.read_text().startswith("# ")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_its_variables_stand_beside_it(example):
    defined = operation(example).variable_definitions or ()
    taken = {node.variable.name.value for node in defined}
    beside = example.with_suffix(".json")
    given = json.loads(beside.read_text()) if beside.exists() else {}
    assert given.keys() <= taken
    required = {node.variable.name.value for node in defined if node.type.kind == "non_null_type"}
    assert required <= given.keys()


class Fragments(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.types: set[str] = set()

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        self.types.add(node.type_condition.name.value)

    enter_fragment_definition = enter_inline_fragment


def test_there_is_a_fragment_for_every_kind_of_session_answer_event_and_failure():
    seen = Fragments()
    for example in EXAMPLES:
        visit(parse(example.read_text()), seen)
    for interface in ("AISession", "GenerationEvent", "Error"):
        kinds = SCHEMA.get_implementations(SCHEMA.get_type(interface)).objects
        assert {kind.name for kind in kinds} <= seen.types
