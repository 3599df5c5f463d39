"""`sessions chat` without a text, at a real terminal."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pexpect
import pytest

from tests.console.killable_server import Killable
from tests.operations import GET, messages
from tests.server_process import PATIENCE, PROJECT, SESSIONS, Served, environment

ANSWER = "one two three four five six seven eight"
#: What a terminal is told beside text: colours, and where the cursor goes.
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>])|\r")

Talk = Callable[..., pexpect.spawn]


class Terminal(pexpect.spawn):
    """A `sessions chat` that somebody types at."""

    def until(self, words: str) -> str:
        """Wait for words; return what was shown up to them."""
        self.expect_exact(words)
        return ESCAPES.sub("", self.before + self.after)

    def until_prompt(self) -> str:
        """A prompt begins with the request to mark what is pasted."""
        return self.until("\x1b[?2004h")

    def ended(self) -> str:
        self.expect(pexpect.EOF)
        self.wait()
        return ESCAPES.sub("", self.before)


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Begins a conversation with a server."""
    with ExitStack() as terminals:

        def talk(server: Served, *arguments: str) -> Terminal:
            # Nobody is there to say where the cursor is.
            surroundings = environment(TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", COLUMNS="200")
            terminal = Terminal(
                str(SESSIONS),
                ["chat", "--url", server.url, *arguments],
                cwd=PROJECT,
                env=surroundings,
                encoding="utf-8",
                timeout=PATIENCE,
            )
            terminals.callback(terminal.close, force=True)
            terminal.until("/quit leaves.")
            return terminal

        yield talk


def session_of(terminal: Terminal) -> str:
    """Leave, and read which session it was."""
    terminal.sendline("/quit")
    return re.search(r"--session (\S+)", terminal.ended())[1]


def test_words_come_as_they_are_written_and_ctrl_c_stops_the_answer_alone(live, provider, talk):
    first = provider.script("printer", ANSWER)
    second = provider.script("again", ANSWER)
    third = provider.script("paper", "Then it prints.")
    terminal = talk(live)

    terminal.sendline("the printer is dead")
    first.release(2)
    terminal.until("one two")
    terminal.sendintr()
    terminal.until("topped")

    terminal.sendline("tell me again")
    second.release(3)
    terminal.until("one two three")
    os.killpg(terminal.pid, signal.SIGINT)
    terminal.until("topped")

    terminal.sendline("there was no paper")
    third.finish()
    terminal.until("Then it prints.")
    session = live.data(GET, id=session_of(terminal))["session"]
    assert terminal.exitstatus == 0
    said = [each["node"] for each in session["messages"]["edges"]]
    assert [(each["role"], each["interrupted"]) for each in said] == [
        ("USER", False),
        ("ASSISTANT", True),
        ("USER", False),
        ("ASSISTANT", True),
        ("USER", False),
        ("ASSISTANT", False),
    ]
    assert said[1]["content"].startswith("one two")
    first.finish()
    second.finish()


def test_ctrl_c_at_the_prompt_drops_the_line_and_the_end_of_input_leaves(live, talk):
    terminal = talk(live)
    terminal.until_prompt()
    terminal.send("not to be sent")
    terminal.until("not to be sent")
    terminal.sendintr()
    terminal.until("/quit leaves.")
    terminal.until_prompt()
    terminal.sendeof()
    assert "--session" not in terminal.ended()
    assert terminal.exitstatus == 0


def test_a_guided_session_is_led_by_numbers_and_resolved(served, talk):
    terminal = talk(served, "--guided")
    terminal.sendline("the vpn keeps disconnecting")
    terminal.until("Answer with a number")
    terminal.sendline("99")
    terminal.until("Answer with a number")
    while True:
        terminal.sendline("1")
        if terminal.expect_exact(["Answer with a number", "All steps are answered."]):
            break
    terminal.sendline("/resolve")
    shown = terminal.until("The session is resolved.")
    assert "Ticket notes:" in shown
    assert "## Resolution" in shown
    terminal.sendline("1")
    terminal.until("No step waits for an answer.")
    session = served.data(GET, id=session_of(terminal))["session"]
    assert (session["__typename"], session["status"]) == ("GuidedSession", "RESOLVED")
    assert session["documents"][0]["markdown"].splitlines()[0] in shown


def test_commands_ask_for_what_they_need_and_refusals_are_told_in_words(served, talk):
    terminal = talk(served)
    terminal.sendline("/escalate")
    terminal.until("There is no session yet")
    terminal.sendline("/frobnicate")
    terminal.until("There is no command /frobnicate.")
    terminal.sendline("/help")
    terminal.until("/resolve [TEXT]")
    terminal.sendline("//etc/hosts is wrong")
    terminal.until_prompt()
    assert "/etc/hosts" in terminal.until_prompt()
    terminal.sendline("/escalate")
    terminal.until("Why is it handed over?")
    terminal.sendline("it needs a domain administrator")
    terminal.until("Escalation package:")
    terminal.until("The session waits for somebody to claim it.")
    terminal.sendline("and now?")
    terminal.until("the session is escalated")
    terminal.sendline("/new guided")
    terminal.until("Describe the problem.")
    terminal.sendline("the vpn keeps disconnecting")
    terminal.until("Answer with a number")
    guided_id = session_of(terminal)
    assert served.data(GET, id=guided_id)["session"]["__typename"] == "GuidedSession"

    later = talk(served, "--session", guided_id)
    later.until("Answer with a number")
    later.sendline("/quit")
    later.ended()


def test_a_cut_connection_is_replaced_and_the_answer_goes_on(database_url, provider, talk):
    answer = provider.script("cable", ANSWER)
    with Killable(DATABASE_URL=database_url, **provider.settings) as server:
        terminal = talk(server.served)
        terminal.sendline("the cable is cut")
        answer.release(3)
        shown = terminal.until("three")
        server.kill()
        shown += terminal.until("Connecting again ...")
        answer.finish()
        server.start_again()
        shown += terminal.until("eight")
        session_id = session_of(terminal)
        assert messages(server.served.data(GET, id=session_id)["session"])[1][1] == ANSWER
    for word in ANSWER.split():
        assert shown.count(word) == 1


def test_lines_of_a_pipe_are_a_conversation_too(served):
    done = subprocess.run(
        [SESSIONS, "chat", "--url", served.url],
        input="the printer does not print\n\n1\n",
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    session = served.data(GET, id=re.search(r"--session (\S+)", done.stderr)[1])["session"]
    assert [role for role, _ in messages(session)] == ["USER", "ASSISTANT"] * 2
    assert [line for line in done.stdout.splitlines() if line]
    assert messages(session)[1][1] in done.stdout
