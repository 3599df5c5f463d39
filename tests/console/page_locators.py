"""Where things are on the console's pages."""

from playwright.sync_api import Locator, Page


def rows(page: Page) -> Locator:
    """Of the history, each a link."""
    return page.get_by_role("list", name="Sessions").get_by_role("link")


def pill(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Kind of session").get_by_role("button", name=name)


def messages(page: Page) -> Locator:
    """Of a chat, without the answer that is being written."""
    return page.get_by_role("list", name="Messages").locator("> li")


def answers(page: Page) -> Locator:
    return messages(page).filter(has_text="Assistant")


def being_written(page: Page) -> Locator:
    """The answer that is on its way, with what there is of it."""
    return page.locator("[aria-busy=true]")


def away(page: Page) -> Locator:
    return page.get_by_text("What you see may be old")


def steps(page: Page) -> Locator:
    return page.get_by_role("list", name="Steps").locator("> li")


def cards(page: Page, heading: str) -> Locator:
    """Of one part of the dashboard."""
    return page.get_by_role("region", name=heading).get_by_role("listitem")


def figure(page: Page, name: str) -> Locator:
    """Of the desk at a glance."""
    label = page.get_by_text(name, exact=True).and_(page.locator("dt"))
    return page.locator(".figures > *").filter(has=label).locator("dd")


def action(page: Page, name: str) -> Locator:
    """A button of a session's header."""
    group = page.get_by_role("group", name="What can be done")
    return group.get_by_role("button", name=name)


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def start(page: Page) -> Locator:
    return page.get_by_role("button", name="Start", exact=True)


def waiting(page: Page) -> Locator:
    """Messages behind the answer being written."""
    return page.get_by_role("list", name="Waiting messages").get_by_role("listitem")
