"""What the console asks fits the schema, and is within what any client may ask by default."""

import json
import time

import pytest
from graphql import build_schema, print_ast
from playwright.sync_api import expect

from execution.limits.operation_limits import DEFAULT_LIMITS
from execution.operations import DocumentCache
from services.limits import PAGE_MAX
from tests.console.api_actions import begin
from tests.console.operation_sources import normal, operations, unread
from tests.server_process import PATIENCE, PROJECT

OPERATIONS = operations()
SCHEMA = build_schema((PROJECT / "schema" / "schema.graphql").read_text())


@pytest.fixture(scope="module")
def documents() -> DocumentCache:
    """As a server that is set up for production has them."""
    return DocumentCache(SCHEMA, DEFAULT_LIMITS, introspection=False, suggestions=False)


def test_every_operation_is_found():
    assert len(OPERATIONS) > 20
    assert unread() == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_fits_the_schema_and_the_limits(documents, name):
    document = documents.get(OPERATIONS[name])
    operation = document.operations[name].node
    # Variables that size a page: at most, one asks for the longest.
    longest = {
        each.variable.name.value: PAGE_MAX
        for each in operation.variable_definitions or ()
        if print_ast(each.type) in ("Int", "Int!")
    }
    documents.check_cost(document, operation, longest)


def test_what_pages_send_is_what_is_tested(visit, served):
    """Over both transports, on pages that send most of what is read."""
    sent: dict[str, str] = {}

    def note(text: str | bytes | None) -> None:
        asked = json.loads(text or "{}")
        asked = asked.get("payload") or asked
        if "query" in asked:
            sent[asked["operationName"]] = asked["query"]

    chat, guided = (begin(served, kind, "The VPN does not connect") for kind in ("CHAT", "GUIDED"))
    page = visit(served, "/no/such/page")
    page.on("request", lambda request: note(request.post_data))
    page.on("websocket", lambda socket: socket.on("framesent", note))
    for path in ("/", "/history", f"/chat/{chat}", f"/guided/{guided}", f"/claim/{chat}"):
        page.goto(served.origin + path)
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.get_by_label("Loading")).to_have_count(0)
    wanted = {"HistoryPage", "ChatPage", "GuidedPage", "ClaimPage", "SessionChanges"}
    deadline = time.monotonic() + PATIENCE
    # What a page follows it asks for last, over a socket.
    while not wanted <= sent.keys():
        assert time.monotonic() < deadline, wanted - sent.keys()
        page.wait_for_timeout(50)
    for name, text in sent.items():
        assert normal(text) == normal(OPERATIONS[name]), name
