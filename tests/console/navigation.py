"""Opening a page of the console as somebody, in a profile of their own."""

from typing import Any

from playwright.sync_api import Browser, Page

from tests.server_process import PATIENCE, Served

#: As the page of signing in leaves it; only once, so that signing out holds.
SIGNED_IN = """
if (!sessionStorage.getItem('test.signed-in')) {{
  sessionStorage.setItem('test.signed-in', 'yes');
  sessionStorage.setItem('unified-sessions.credential', '{bearer}');
}}
"""


def arrive(browser: Browser, server: Served, **options: Any) -> Page:
    """A blank page of whoever the server is used by; its context is closed with it."""
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE * 1000)
    if server.bearer:
        page.add_init_script(SIGNED_IN.format(bearer=server.bearer))
    return page
