"""Compares the schema with the one of another commit: `python -m lint.api_changes COMMIT`.

Breaking changes make operations of clients fail, dangerous ones may make clients do something else.
"""

import subprocess
import sys
from pathlib import Path

from graphql import GraphQLSchema, build_schema
from graphql.utilities import BreakingChange, DangerousChange, find_schema_changes

SCHEMA = Path("schema/schema.graphql")
HEADINGS = {BreakingChange: "Breaking", DangerousChange: "Dangerous"}


def list_changes(old: GraphQLSchema, new: GraphQLSchema) -> dict[str, list[str]]:
    """Descriptions of all changes by how much they matter."""
    found: dict[str, list[str]] = {"Breaking": [], "Dangerous": [], "Safe": []}
    for change in find_schema_changes(old, new):
        found[HEADINGS.get(type(change), "Safe")].append(change.description)
    return found


def main(commit: str) -> None:
    earlier = subprocess.run(  # noqa: S603
        ["git", "show", f"{commit}:{SCHEMA}"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    changes = list_changes(build_schema(earlier), build_schema(SCHEMA.read_text()))
    for heading, descriptions in changes.items():
        print(f"\n{heading} ({len(descriptions)})\n")  # noqa: T201
        print("\n".join(f"- {each}" for each in descriptions))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
