"""The API holds what clients are built against."""

from pathlib import Path

import pytest

from resolvers.schema import schema
from tests.schema.coordinates import coordinates

HERE = Path(__file__).parent
WRITTEN = HERE.parents[1] / "schema" / "schema.graphql"

#: What the contract has and later versions bring: ticket systems, companies, and more.
LATER = {
    *("Company", "AISession.company", "SessionFilter.companyId", "SessionFilter.updatedAfter"),
    *("SessionAction.REVISE_STEP", "SessionAction.LEAVE_FLOW", "SessionAction.ASSIGN"),
    *("SessionAction.UNLINK_TICKET", "SessionAction.PUSH_NOTE"),
    "ChatMessage.authorName",
    *("SessionDocument.text", "SessionDocument.html"),
    *("AISession.ticket", "SessionDocument.push", "Query.ticket"),
    *("Mutation.linkTicket", "Mutation.unlinkTicket", "Mutation.pushNote"),
    *("LinkTicketInput", "UnlinkTicketInput", "PushNoteInput"),
    *("TicketLink", "TicketPush", "PushStatus", "PsaProduct", "NoteVisibility"),
}


def contract() -> dict[str, str]:
    lines = (HERE / "contract.txt").read_text().splitlines()
    return {name: type for name, _, type in (line.partition(": ") for line in lines)}


def is_later(name: str) -> bool:
    return any(
        name == later or name.startswith((f"{later}.", f"{later} ", f"{later}(")) for later in LATER
    )


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    return coordinates(schema.as_str())


def test_every_name_of_the_contract_is_there_with_its_type(ours):
    due = {name: type for name, type in contract().items() if not is_later(name)}
    assert len(due) > 500
    assert {name: ours.get(name) for name in due} == due


def test_what_is_said_to_come_later_is_not_there_yet(ours):
    assert not [name for name in ours if is_later(name)]
    assert all(any(name.startswith(later) for name in contract()) for later in LATER)


def test_the_written_schema_is_the_one_served():
    assert WRITTEN.read_text() == schema.as_str() + "\n", "run `make sdl`"
