"""Draws the console into docs/images, with a working day at a made-up desk in it: `make pictures`.

To draw one more, add its name in `tests/console/pages.py` to the list.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import expect

from tests.browser import chromium
from tests.console.demo_data import fill
from tests.console.navigation import arrive
from tests.console.pages import PLACES
from tests.console.signed_in_desk import Desk, signed_in_desk
from tests.server_process import PATIENCE

IMAGES = Path(__file__).parents[1] / "docs" / "images"
DESK = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
DARK = {**DESK, "color_scheme": "dark"}


class Picture(NamedTuple):
    place: str
    window: dict[str, Any] = DESK
    ending: str = ""


PICTURES = (
    Picture("dashboard"),
    Picture("history"),
    Picture("new"),
    Picture("chat"),
    Picture("guided"),
    Picture("claim"),
    Picture("escalate"),
    Picture("guided", PHONE, "-phone"),
    Picture("chat", DARK, "-dark"),
)


@contextmanager
def made_up_desk() -> Iterator[Desk]:
    """On a database of its own, which goes with it."""
    # Not made here: what the account that runs Postgres cannot enter is of no use to it.
    data = Path(tempfile.gettempdir()) / f"unified-sessions-pictures-{os.getpid()}"
    try:
        with signed_in_desk(SESSIONS_DATA_DIR=str(data)) as desk:
            yield desk
    finally:
        shutil.rmtree(data, ignore_errors=True)


def main() -> None:
    places = {place.name: place for place in PLACES}
    IMAGES.mkdir(exist_ok=True)
    with made_up_desk() as desk:
        demo = fill(desk)
        with chromium() as browser:
            expect.set_options(timeout=PATIENCE * 1000)
            for name, window, ending in PICTURES:
                place = places[name]
                visitor = place.visitor(desk)
                page = arrive(browser, visitor, locale="en-GB", reduced_motion="reduce", **window)
                page.goto(visitor.origin + place.address(demo))
                place.settle(page)
                page.screenshot(path=IMAGES / f"{name}{ending}.png")
                page.close()


if __name__ == "__main__":
    main()
