"""The dashboard: what the desk is doing, as it does it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin, do, settled
from tests.console.page_locators import cards, figure


@pytest.fixture
def page(visit, desk):
    return visit(desk.lead, "/")


def test_a_desk_without_sessions_offers_to_start_one(visit, desk):
    page = visit(desk.newcomer, "/")
    page.get_by_role("link", name="Start the first one").click()
    expect(page).to_have_url(re.compile("/new$"))
    reader = visit(desk.reading_newcomer, "/")
    expect(reader.get_by_text("They appear here as soon as somebody starts one.")).to_be_visible()


@pytest.mark.slow
def test_a_session_goes_through_it_under_the_eyes_of_two(page, visit, desk):
    other = visit(desk.engineer, "/")
    both = (page, other)
    for each in both:
        expect(each.get_by_role("heading", name="Dashboard")).to_be_visible()
    active = int(figure(page, "Active").inner_text())

    chat = begin(desk.owner, "CHAT", "The scanner sends nothing")
    guided = begin(desk.owner, "GUIDED", "the vpn keeps disconnecting")
    for each in both:
        expect(cards(each, "Active").filter(has_text="The scanner")).to_contain_text("Chat")
        expect(cards(each, "Active").filter(has_text="the vpn")).to_contain_text("Guided")
        expect(figure(each, "Active")).to_have_text(str(active + 2))

    settled(desk.owner, chat)
    do(desk.owner, "escalate", chat, reason="It needs a part")
    for each in both:
        waiting = cards(each, "Waiting to be claimed").filter(has_text="The scanner")
        expect(waiting).to_contain_text("It needs a part")
        expect(cards(each, "Active").filter(has_text="The scanner")).to_have_count(0)
        expect(figure(each, "To be claimed")).to_have_text("1")

    do(desk.lead, "claim", chat)
    do(desk.lead, "resolve", chat, resolutionSummary="The part came.", documents=[])
    do(desk.owner, "deleteSession", guided)
    for each in both:
        expect(cards(each, "Recently closed").filter(has_text="The scanner")).to_have_count(1)
        expect(cards(each, "Waiting to be claimed")).to_have_count(0)
        expect(cards(each, "Active").filter(has_text="the vpn")).to_have_count(0)
        expect(figure(each, "Resolved today")).to_have_text("1")
        expect(figure(each, "Active")).to_have_text(str(active))


def test_a_card_opens_its_session_and_the_way_back_needs_no_waiting(page, desk):
    begin(desk.owner, "GUIDED", "nobody can print on the second floor")
    card = cards(page, "Active").filter(has_text="nobody can print")
    card.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/guided/"))
    begin(desk.owner, "CHAT", "The projector flickers")
    page.go_back()
    expect(card).to_be_visible()
    expect(cards(page, "Active").filter(has_text="The projector")).to_have_count(1)


def test_only_those_can_claim_who_may(page, visit, desk):
    chat = begin(desk.owner, "CHAT", "The door does not open")
    do(desk.owner, "escalate", chat, reason="Not mine")

    def claim(page):
        waiting = cards(page, "Waiting to be claimed").filter(has_text="The door")
        expect(waiting).to_be_visible()
        return waiting.get_by_role("link", name="Claim")

    expect(claim(page)).to_be_visible()
    for other in (desk.owner, desk.viewer):
        expect(claim(visit(other, "/"))).to_have_count(0)


@pytest.mark.slow
def test_what_is_deleted_meanwhile_is_gone_when_one_comes_back(page, desk):
    doomed = begin(desk.owner, "CHAT", "The fax hums")
    begin(desk.owner, "CHAT", "The fax sings")
    for words in ("The fax hums", "The fax sings"):
        expect(cards(page, "Active").filter(has_text=words)).to_be_visible()
    cards(page, "Active").filter(has_text="The fax sings").get_by_role("link").click()
    chats = page.get_by_role("navigation", name="Chats")
    expect(chats).to_contain_text("The fax hums")
    settled(desk.owner, doomed)
    do(desk.owner, "deleteSession", doomed)
    expect(chats).not_to_contain_text("The fax hums")
    page.get_by_role("link", name="Dashboard").click()
    expect(cards(page, "Active").filter(has_text="The fax sings")).to_be_visible()
    expect(cards(page, "Active").filter(has_text="The fax hums")).to_have_count(0)


@pytest.mark.slow
def test_a_dashboard_that_is_refused_says_so_and_comes_by_itself(visit, desk):
    page = visit(desk.lead, "/new")
    refused = []

    def refuse_the_first(socket):
        server = socket.connect_to_server()

        def from_page(message):
            asked = json.loads(message)
            name = asked.get("payload", {}).get("operationName")
            if asked["type"] != "subscribe" or name != "Board" or refused:
                server.send(message)
                return
            refused.append(asked["id"])
            errors = [{"message": "There are too many at once."}]
            socket.send(json.dumps({"id": asked["id"], "type": "error", "payload": errors}))

        socket.on_message(from_page)

    page.route_web_socket("**/graphql", refuse_the_first)
    page.goto(desk.lead.origin)
    expect(page.get_by_role("alert")).to_contain_text("There are too many at once.")
    expect(page.get_by_role("heading", name="Recently closed")).to_be_visible()
