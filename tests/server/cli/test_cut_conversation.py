"""A conversation in the terminal whose server dies. A module of its own: a second server on the
database would go on with the answer."""

from tests.console.killable_server import Killable
from tests.operations import GET, messages
from tests.terminal import Terminal

ANSWER = "one two three four five six seven eight"


def test_a_cut_connection_is_replaced_and_the_answer_goes_on(database_url, provider):
    answer = provider.script("cable", ANSWER)
    with (
        Killable(DATABASE_URL=database_url, **provider.settings) as server,
        Terminal(server.served) as terminal,
    ):
        terminal.sendline("the cable is cut")
        answer.release(3)
        shown = terminal.until("three")
        server.kill()
        shown += terminal.until("Connecting again ...")
        answer.finish()
        server.start_again()
        shown += terminal.until("eight")
        session_id = terminal.leave_session()
        session = server.served.data(GET, id=session_id)["session"]
    assert messages(session)[1][1] == ANSWER
    for word in ANSWER.split():
        assert shown.count(word) == 1
