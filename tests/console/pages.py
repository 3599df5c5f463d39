"""Every page of the console, and every dialog. What is to hold for all of them, and the pictures of
them, go by this list."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.console.demo_data import Demo
from tests.console.signed_in_desk import Desk
from tests.server_process import Served


def nothing(page: Page) -> None:
    pass


def open_documents(page: Page) -> None:
    for summary in page.locator("details.document > summary").all():
        summary.click()


def edit_a_document(page: Page) -> None:
    open_documents(page)
    page.get_by_role("button", name="Edit").first.click()


def describe_a_problem(page: Page) -> None:
    page.get_by_role("textbox").first.fill("The VPN keeps disconnecting every few minutes")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("VPN")


def escalate_to_the_lead(page: Page) -> None:
    dialog("Escalate")(page)
    page.get_by_label("Why").fill("Her mailbox needs somebody with rights on the server.")
    page.get_by_label("To whom").select_option("Ben Okafor")


def dialog(button: str) -> Callable[[Page], None]:
    def open_it(page: Page) -> None:
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return open_it


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    #: `{chat}` and the like stand for the sessions of the demo.
    path: str
    #: That it is there can be told by this heading, or a part of it.
    heading: str
    #: Who looks at it, as `Desk` calls them.
    by: str = "owner"
    #: What is done to see it: a dialog is opened, for one.
    reach: Callable[[Page], None] = nothing

    def visitor(self, desk: Desk) -> Served:
        visitor: Served = getattr(desk, self.by)
        return visitor

    def address(self, demo: Demo) -> str:
        return self.path.format_map(demo)

    def settle(self, page: Page) -> None:
        """Wait until all of it is there."""
        expect(page.get_by_role("heading", name=self.heading).first).to_be_visible()
        self.reach(page)
        expect(page.get_by_label("Loading")).to_have_count(0)
        page.evaluate("document.fonts.ready.then(() => true)")


PLACES = (
    Place("dashboard", "/", "Dashboard", by="lead"),
    Place("history", "/history", "History"),
    Place("history-empty", "/history?q=zyzzyva", "No session matches"),
    Place("new", "/new", "New session", reach=describe_a_problem),
    Place("chat", "/chat/{chat}", "Outlook"),
    Place("chat-resolved", "/chat/{resolved_chat}", "OneDrive", reach=open_documents),
    Place("chat-escalated", "/chat/{unclaimed}", "Wifi", by="viewer"),
    Place("guided", "/guided/{guided}", "VPN"),
    Place("guided-resolved", "/guided/{resolved_guided}", "locked out"),
    Place("claim", "/claim/{unclaimed}", "Wifi", by="lead"),
    Place("resolve", "/guided/{guided}", "VPN", reach=dialog("Resolve")),
    Place("escalate", "/chat/{chat}", "Outlook", reach=escalate_to_the_lead),
    Place("update", "/chat/{chat}", "Outlook", reach=dialog("Share update")),
    Place("close", "/chat/{chat}", "Outlook", reach=dialog("Close")),
    Place("edit", "/chat/{chat}", "Outlook", reach=edit_a_document),
    Place("sign-in", "/", "Sign in", by="door"),
    Place("not-found", "/no/such/page", "There is nothing here"),
)
