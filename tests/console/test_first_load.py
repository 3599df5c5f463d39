"""What is shown until the code of a page is there, and where it is missing."""

from playwright.sync_api import Route, expect


def test_a_skeleton_is_shown_before_scripts_and_styles(visit, watch, served):
    page = visit(served, "/")
    watch.expect("ERR_FAILED")
    page.route("**/assets/index-*", lambda route: route.abort())
    page.reload()
    skeleton = page.locator(".skeleton")
    expect(skeleton).to_contain_text("Unified Sessions")
    assert skeleton.bounding_box()["height"] > 300
    assert page.locator(".radix-themes").count() == 0


def test_a_page_whose_code_does_not_arrive_is_loaded_again(visit, watch, served):
    page = visit(served, "/")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    watch.expect("ERR_FAILED")
    asked = []

    def drop_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/assets/HistoryPage-*.js", drop_first)
    page.goto(f"{served.origin}/history")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    assert len(asked) >= 2
