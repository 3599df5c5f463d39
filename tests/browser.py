"""A real browser: Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def ensure_built(is_built: Callable[[], bool]) -> None:
    """Where CI runs, it must be; building it here would do so in every worker at once."""
    if not is_built() and "CI" not in os.environ:
        pytest.skip("It is not built: run `make console`")
    assert is_built()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips where there is none, except where CI runs: there it fails."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and "CI" not in os.environ:
        pytest.skip("Chromium is not installed")
    assert found, "Chromium is needed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=FLAGS, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()
