"""The ground of tests in a browser: one Chromium per module, a new profile for each test.

A test opens pages with `visit(server, path)`; whoever the server is used by is signed in.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.pages import console
from tests.browser import chromium, ensure_built
from tests.console.api_actions import FIRST, begin
from tests.console.console_errors import Watch
from tests.console.demo_data import Demo, fill
from tests.console.killable_server import Killable
from tests.console.navigation import arrive
from tests.console.signed_in_desk import Desk, signed_in_desk
from tests.fakes.stepped_answers import Answer, SteppedAnswers
from tests.server_process import PATIENCE, Served

WATCH = pytest.StashKey[Watch]()
Visit = Callable[..., Page]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A complaint of a page fails its test as an assertion does, while the page is still open."""
    result = yield
    if WATCH in item.stash:
        assert item.stash[WATCH].complaints == []
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, pytest.TestReport]:
    report: pytest.TestReport = yield
    if report.when == "call" and report.failed and WATCH in item.stash:
        watch = item.stash[WATCH]
        told = [*map(str, watch.keep(item.nodeid)), *watch.said]
        report.sections.append(("What the browser showed and said", "\n".join(told)))
    return report


@pytest.fixture(scope="module")
def browser(database_url: str) -> Iterator[Browser]:
    """Opened behind the database and closed before it: while it is open, this thread has a running
    loop, in which no other can be run."""
    ensure_built(console.is_console_built)
    expect.set_options(timeout=PATIENCE * 1000)
    with chromium() as browser:
        yield browser


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Watch:
    watch: Watch = request.node.stash.setdefault(WATCH, Watch())
    return watch


@pytest.fixture
def visit(browser: Browser, watch: Watch) -> Iterator[Visit]:
    """Opens a page as a visitor of its own: `visit(desk.lead, "/history", color_scheme="dark")`."""
    with ExitStack() as visits:

        def visit(server: Served, path: str = "/history", **options: Any) -> Page:
            page = arrive(browser, server, **options)
            visits.callback(page.close)
            watch.over(page)
            page.goto(server.origin + path)
            return page

        yield visit


@pytest.fixture
def page(visit: Visit, served: Served) -> Page:
    """The history, where nobody has to sign in."""
    return visit(served)


@pytest.fixture(scope="module")
def desk(database_url: str) -> Iterator[Desk]:
    """A server where one signs in, and the people of one account."""
    with signed_in_desk(DATABASE_URL=database_url) as desk:
        yield desk


@pytest.fixture(scope="module")
def demo(desk: Desk) -> Demo:
    """The same desk with work on it."""
    return fill(desk)


@pytest.fixture
def killable(database_url: str, provider: SteppedAnswers) -> Iterator[Killable]:
    """The same, to be killed and started again while a browser stays where it is."""
    with Killable(DATABASE_URL=database_url, **provider.settings) as server:
        yield server


@pytest.fixture
def question(request: pytest.FixtureRequest) -> str:
    """Another one for each test."""
    return f"Outlook shows no new mail ({request.node.name})"


@pytest.fixture
def answer(provider: SteppedAnswers, question: str) -> Iterator[Answer]:
    """What the assistant says to it, as far as the test has it said."""
    answer = provider.script(question, FIRST)
    yield answer
    answer.finish()


@pytest.fixture
def chat(live: Served, question: str, answer: Answer) -> str:
    return begin(live, "CHAT", question)
