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
    return page.get_by_text("The server cannot be reached")
