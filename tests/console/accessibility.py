"""What a page keeps from people who see, hear or point otherwise, as far as a program can tell."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")


def assert_accessible(page: Page) -> None:
    """No serious or critical finding, on the page as it is now."""
    found = grave_findings(page)
    assert not found, "\n".join(found)


def grave_findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [described(each) for each in found if each["impact"] in GRAVE]


def described(finding: dict[str, Any]) -> str:
    places = "".join(f"\n    {node['html'][:200]}" for node in finding["nodes"])
    return f"{finding['impact']}: {finding['help']} ({finding['id']}){places}"


def scrolls_sideways(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wide
