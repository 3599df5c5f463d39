"""Resolving, escalating, claiming, sharing an update, pausing, closing: of both kinds alike."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.console.api_actions import begin, described, do, get, settled
from tests.console.page_locators import action

KINDS = {"CHAT": "Outlook shows no new mail", "GUIDED": "the vpn keeps disconnecting"}


@pytest.fixture(params=["CHAT", pytest.param("GUIDED", marks=pytest.mark.slow)])
def session(desk, request):
    created = begin(desk.owner, request.param, KINDS[request.param])
    settled(desk.owner, created)
    return created


@pytest.fixture
def address(request, session):
    return f"/{request.node.callspec.params['session'].lower()}/{session}"


@pytest.fixture
def page(visit, desk, address):
    return visit(desk.owner, address)


def sheet(page, title):
    return page.get_by_role("dialog", name=title)


def text(page, name):
    return page.get_by_role("dialog").get_by_role("textbox", name=name)


def press(page, name):
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def test_resolve_writes_what_is_asked_for_to_be_edited_and_copied(page, desk, session):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    action(page, "Resolve").click()
    expect(text(page, "What solved it")).to_be_focused()
    page.keyboard.type("The cable was loose.")
    page.get_by_role("checkbox", name="Client summary").click()
    press(page, "Resolve")
    notes, summary = text(page, "Ticket notes"), text(page, "Client summary")
    for document in (notes, summary):
        expect(document).to_be_editable()
        expect(document).not_to_have_value("")
    expect(notes).to_have_value(re.compile("The cable was loose."))
    notes.fill("Reseated the cable.")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    press(page, "Copy ticket notes")
    expect(page.get_by_text("Copied", exact=True)).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == "Reseated the cable."
    press(page, "Done")
    expect(page.get_by_text("Resolved: The cable was loose.")).to_be_visible()
    documents = page.get_by_role("region", name="Documents")
    expect(documents).to_contain_text("Ticket notes")
    expect(documents).to_contain_text("edited")
    stored = {each["kind"]: each for each in get(desk.owner, session)["documents"]}
    assert stored["TICKET_NOTES"]["markdown"] == "Reseated the cable."
    assert stored.keys() == {"TICKET_NOTES", "CLIENT_SUMMARY"}
    action(page, "Reopen").click()
    expect(action(page, "Resolve")).to_be_visible()


def test_an_edit_that_is_not_saved_outlives_closing_and_a_reload(page, desk, session):
    action(page, "Share update").click()
    press(page, "Write it")
    update = text(page, re.compile("Status update"))
    expect(update).to_be_editable()
    update.fill("Half a thought")
    press(page, "Done")
    page.reload()
    documents = page.get_by_role("region", name="Documents")
    documents.get_by_text("Status update").click()
    documents.get_by_role("button", name="Edit").click()
    editor = documents.get_by_role("textbox")
    expect(editor).to_have_value("Half a thought")
    documents.get_by_role("button", name="Save").click()
    expect(documents.get_by_role("textbox")).to_have_count(0)
    expect(documents.get_by_text("Half a thought")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("keeps_own", [True, False])
def test_of_two_who_edit_a_document_the_second_sees_both_texts(page, desk, session, keeps_own):
    do(desk.owner, "resolve", session)
    documents = page.get_by_role("region", name="Documents")
    documents.locator("summary", has_text="Ticket notes").click()
    documents.get_by_role("button", name="Edit").click()
    editor = documents.get_by_role("textbox", name="Ticket notes", exact=True)
    editor.fill("By me.")
    expect(documents.get_by_text("Not saved yet")).to_be_visible()
    [stored] = get(desk.owner, session)["documents"]
    edit = {"documentId": stored["id"], "markdown": "By a colleague."}
    asked = "mutation E($input: EditDocumentInput!) { editDocument(input: $input) { __typename } }"
    assert desk.owner.data(asked, input=edit)["editDocument"]["__typename"] == "EditDocumentSuccess"
    newer = documents.get_by_role("textbox", name="Ticket notes, newer text")
    expect(newer).to_have_value("By a colleague.")
    expect(editor).to_have_value("By me.")
    assert get(desk.owner, session)["documents"][0]["markdown"] == "By a colleague."
    choice = "Save mine over it" if keeps_own else "Take the newer text"
    documents.get_by_role("button", name=choice).click()
    kept = "By me." if keeps_own else "By a colleague."
    expect(documents.get_by_role("textbox")).to_have_count(0)
    expect(documents.get_by_text(kept)).to_be_visible()
    assert get(desk.owner, session)["documents"][0]["markdown"] == kept


@pytest.mark.slow
def test_a_refusal_is_told_and_what_was_entered_stays(page, desk, session):
    action(page, "Resolve").click()
    text(page, "What solved it").fill("It went away.")
    do(desk.owner, "abandon", session)
    press(page, "Resolve")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(text(page, "What solved it")).to_have_value("It went away.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_escalated_in_one_browser_and_claimed_in_another(page, visit, desk, session, address):
    colleague = visit(desk.engineer, "/")
    action(page, "Escalate").click()
    expect(page.get_by_role("button", name="Escalate").last).to_be_disabled()
    text(page, "Why").fill("It needs the firewall")
    people = page.get_by_role("combobox", name="To whom")
    expect(people.get_by_role("option")).to_have_text(["Anyone", "Ben Okafor", "Carl Berg"])
    people.select_option("Carl Berg")
    press(page, "Escalate")
    expect(text(page, "Escalation package")).to_have_value(re.compile("It needs the firewall"))
    press(page, "Done")
    expect(page.get_by_text("Escalated to Carl Berg: It needs the firewall")).to_be_visible()
    expect(action(page, "Claim")).to_have_count(0)

    title = described(desk.owner, session)["displayTitle"]
    colleague.get_by_role("link", name=f"Claim {title}").first.click()
    package = colleague.get_by_role("region", name="Escalation package")
    expect(package).to_contain_text("It needs the firewall")
    expect(package).to_contain_text("Handed on by Ana Silva")
    late = visit(desk.lead, f"/claim/{session}")
    expect(late.get_by_role("button", name="Claim this session")).to_be_visible()
    colleague.get_by_role("button", name="Claim this session").click()
    expect(colleague).to_have_url(re.compile(re.escape(quote(address))))
    expect(action(colleague, "Escalate")).to_be_visible()
    expect(late.get_by_text("not waiting to be claimed any more")).to_be_visible()
    expect(page.get_by_role("region", name="Audit trail")).to_contain_text("Claimed")
    expect(page.get_by_text("Escalated to Carl Berg")).to_have_count(0)


def test_a_status_update_is_written_for_whom_it_is(page):
    action(page, "Share update").click()
    page.get_by_role("radio", name="The client, as an e-mail").click()
    page.get_by_role("radio", name="Detailed").click()
    press(page, "Write it")
    expect(text(page, "Status update (email draft)")).to_have_value(re.compile("Subject"))
    press(page, "Another one")
    page.get_by_role("radio", name="Technicians, in the ticket").click()
    press(page, "Write it")
    expect(text(page, "Status update (ticket notes)")).to_be_editable()
    press(page, "Done")
    documents = page.get_by_role("region", name="Documents")
    expect(documents.get_by_role("group")).to_have_count(2)


@pytest.mark.slow
def test_pause_resume_and_close(page):
    action(page, "Pause").click()
    expect(page.get_by_text("This session is paused. Resume it to go on.")).to_be_visible()
    action(page, "Resume").click()
    expect(action(page, "Pause")).to_be_visible()
    action(page, "Close").click()
    text(page, "Why, if you like").fill("It was a test")
    press(page, "Close the session")
    expect(page.get_by_text("This session is closed. Reopen it to go on.")).to_be_visible()
    trail = page.get_by_role("region", name="Audit trail")
    for fact in ("Created", "Paused", "Resumed", "Closed without a solution"):
        expect(trail).to_contain_text(fact)


def test_the_keyboard_goes_back_to_where_a_dialog_was_opened(page):
    action(page, "Share update").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(action(page, "Share update")).to_be_focused()


@pytest.mark.slow
def test_a_colleague_reads_and_a_viewer_only_reads(visit, desk, address):
    for reader, reason in (
        (desk.engineer, "This session belongs to a colleague"),
        (desk.viewer, "You can read this session"),
    ):
        page = visit(reader, address)
        expect(page.get_by_text(reason)).to_be_visible()
        actions = page.get_by_role("group", name="What can be done")
        expect(actions.get_by_role("button")).to_have_count(0)
