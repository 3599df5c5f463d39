"""What pages say that nobody should have to read, and what is kept of a test that fails."""

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Page

from tests.server_process import PROJECT

RESULTS = PROJECT / "test-results"


class Watch:
    """Over the pages of one test: an error in a page's console fails it, unless it is expected."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        #: Every error, expected or not.
        self.said: list[str] = []
        self._expected: list[str] = []

    def over(self, page: Page) -> None:
        self.pages.append(page)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _note(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.said.append(f"{said.text} ({said.location['url']})")

    def expect(self, *words: str) -> None:
        """Complaints that have these in them belong to what the test does: a browser notes every
        request that nobody answers, or that is turned away."""
        self._expected.extend(words)

    @property
    def complaints(self) -> list[str]:
        for page in self._open:
            # What was said before this answer has arrived with it.
            page.evaluate("0")
        return [each for each in self.said if not any(words in each for words in self._expected)]

    @property
    def _open(self) -> list[Page]:
        return [page for page in self.pages if not page.is_closed()]

    def keep(self, test: str) -> Iterator[Path]:
        """Write down what each page shows, as a picture and as its HTML."""
        folder = RESULTS / re.sub(r"[^\w.-]+", "-", test).strip("-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number, page in enumerate(self._open, start=1):
            html = folder / f"page-{number}.html"
            # Of a page that has crashed there is nothing to keep.
            with suppress(Error):
                html.write_text(f"<!-- {page.url} -->\n{page.content()}")
                page.screenshot(path=html.with_suffix(".png"), full_page=True)
                yield html
