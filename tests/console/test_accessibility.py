"""Every page, in light and dark, on a desk and in a hand: for everybody."""

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import grave_findings, scrolls_sideways
from tests.console.pages import PLACES

pytestmark = pytest.mark.slow

WIDE = {"width": 1280, "height": 800}
#: A small phone.
NARROW = {"width": 360, "height": 740}
#: What a zoom of 200 % leaves of the wide one.
ZOOMED = {"width": 640, "height": 400}
LOOKS = (("light", WIDE), ("dark", WIDE), ("dark", NARROW), ("light", NARROW))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nobody_is_kept_from_a_page(visit, watch, desk, demo, place):
    if place.by == "door":
        watch.expect("401")
    page = visit(place.visitor(desk), place.address(demo), reduced_motion="reduce", viewport=WIDE)
    place.settle(page)
    found = []
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        expect(page.locator(f".radix-themes.{scheme}").first).to_be_attached()
        found += [f"{scheme}, {size['width']} px: {each}" for each in grave_findings(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_no_page_scrolls_sideways_on_a_phone_or_with_a_zoom(visit, watch, desk, demo, place):
    if place.by == "door":
        watch.expect("401")
    page = visit(place.visitor(desk), place.address(demo), viewport=NARROW)
    place.settle(page)
    assert not scrolls_sideways(page)
    page.set_viewport_size(ZOOMED)
    assert not scrolls_sideways(page)
    if place.by != "door":
        history = page.get_by_text("History", exact=True).first
        expect(history).to_be_visible()
        assert history.bounding_box()["width"] > 20


def test_who_has_chosen_the_dark_sees_no_white_page_before_the_console_is_loaded(
    visit, watch, desk
):
    page = visit(desk.owner, "/", color_scheme="light")
    while page.locator(".radix-themes.dark").count() == 0:
        page.get_by_role("button", name="Theme").click()
    watch.expect("ERR_FAILED")
    page.route("**/assets/index-*.js", lambda route: route.abort())
    page.reload()
    scheme = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert scheme == "dark"
    assert page.locator(".radix-themes").count() == 0
