"""How many items a field may answer with, as far as that can be told before it is run."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLType,
    IntValueNode,
    VariableNode,
)

from queries.dashboard_lists import ACTIVE_SHOWN, RECENT_SHOWN
from schema.connections import DEFAULT_SLICE_SIZE
from services.limits import PAGE_MAX

#: Of a list that has no pages.
LIST = 5
#: Of a list in the schema about itself: most fields have no argument, most types no interface.
INTROSPECTED = 1
#: Of the one such list that is long. There are more, but what is asked of each ends early: few
#: types wrap another, and none as often as clients ask for.
TYPES = 50

#: Lists that are longer, though they have no pages.
LONG = {
    ("DashboardSnapshot", "active"): 2 * ACTIVE_SHOWN,
    ("DashboardSnapshot", "recent"): RECENT_SHOWN,
}

#: The arguments that size a page.
PAGE_ARGUMENTS = ("first", "last")


def list_size(
    parent: GraphQLNamedType, name: str, field: GraphQLField, asked: Mapping[str, Any]
) -> int:
    """Items of `field`, where `asked` holds the page arguments that have a value."""
    if any(argument in field.args for argument in PAGE_ARGUMENTS):
        return page_size(field, asked)
    if not is_list_type(field.type) or parent.name.endswith("Connection"):
        # The page's size counts at the connection, for all that is in it.
        return 1
    if parent.name.startswith("__"):
        return TYPES if name == "types" else INTROSPECTED
    return LONG.get((parent.name, name), LIST)


def page_size(field: GraphQLField, asked: Mapping[str, Any]) -> int:
    sizes = [clamp_page_size(asked.get(name)) for name in PAGE_ARGUMENTS]
    default = field.args["first"].default_value if "first" in field.args else None
    return max(filter(None, sizes), default=clamp_page_size(default) or DEFAULT_SLICE_SIZE)


def clamp_page_size(asked: Any) -> int | None:
    """Items that a number asks for. A page beyond the maximum is refused by the field itself, and
    costs nothing more."""
    if isinstance(asked, float) and asked.is_integer():
        # In JSON 100.0 is the same number, and the library takes it for one.
        asked = int(asked)
    return max(min(asked, PAGE_MAX), 1) if isinstance(asked, int) else None


def is_list_type(type_: GraphQLType) -> bool:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    return isinstance(type_, GraphQLList)


def page_arguments(node: FieldNode) -> Mapping[str, int | str]:
    """Numbers as they stand in the document, and the names of variables."""
    found: dict[str, int | str] = {}
    for argument in node.arguments or ():
        if argument.name.value not in PAGE_ARGUMENTS:
            continue
        match argument.value:
            case IntValueNode(value=digits):
                # Nobody's page has more digits, and longer ones Python refuses to read.
                found[argument.name.value] = int(digits[:10])
            case VariableNode(name=variable):
                found[argument.name.value] = variable.value
    return found
