"""The cost of a list: from its metadata, or from the page sizes of the configuration."""

import pytest
import strawberry
from graphql import parse

from execution.field_metadata import MAX_ITEMS
from execution.limits.complexity import ComplexityVisitor
from execution.limits.list_sizes import DEFAULT_ITEMS
from execution.limits.operation_limits import PageLimits


@strawberry.type
class Item:
    name: str


@strawberry.type
class Query:
    short: list[Item]
    long: list[Item] = strawberry.field(metadata={MAX_ITEMS: 70})

    @strawberry.field
    def page(self, first: int | None = None) -> list[Item]:
        return []

    @strawberry.field
    def small_page(self, first: int = 3) -> list[Item]:
        return []


SCHEMA = strawberry.Schema(Query)
PAGES = PageLimits(default=20, maximum=40)


@pytest.mark.parametrize(
    ("field", "items"),
    [
        ("short", DEFAULT_ITEMS),
        ("long", 70),
        ("page", 20),
        ("page(first: 30)", 30),
        ("page(first: 41)", 40),
        ("page(first: $n)", 25),
        ("smallPage", 3),
    ],
)
def test_a_list_costs_its_fields_once_per_item(field, items):
    document = parse(f"query ($n: Int) {{ {field} {{ name }} }}")
    visitor = ComplexityVisitor(SCHEMA._schema, document, {"n": 25}, PAGES)
    assert visitor.measure_operation(document.definitions[0]).cost == 1 + items
