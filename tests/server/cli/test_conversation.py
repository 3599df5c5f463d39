"""`sessions chat` without a text, at a real terminal."""

import asyncio
import os
import re
import signal
import subprocess

import pytest

from server.cli.chat.connection import Endpoint
from server.cli.chat.conversation import Conversation
from server.cli.chat.input_lines import Interrupts, PipeReader
from tests.operations import GET, messages
from tests.server_process import PATIENCE, PROJECT, SESSIONS, environment
from tests.terminal import Terminal

ANSWER = "one two three four five six seven eight"


def test_words_come_as_they_are_written_and_ctrl_c_stops_the_answer_alone(live, provider):
    first = provider.script("printer", ANSWER)
    second = provider.script("again", ANSWER)
    third = provider.script("paper", "Then it prints.")
    with Terminal(live) as terminal:
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
        session_id = terminal.leave_session()
        assert terminal.exitstatus == 0
    first.finish()
    second.finish()
    session = live.data(GET, id=session_id)["session"]
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


@pytest.mark.slow
async def test_who_presses_ctrl_c_twice_leaves_the_answer_and_stops_it(live, provider):
    answer = provider.script("toner", ANSWER)
    active = "query S($id: ID!) { session(id: $id) { activeGeneration { id } } }"
    with Interrupts() as interrupts:
        conversation = Conversation(Endpoint(live.url), PipeReader(interrupts), interrupts)
        talking = asyncio.create_task(
            conversation.handle_interruptibly(conversation.take("the toner is low"))
        )
        async with asyncio.timeout(PATIENCE):
            while conversation._printing is None:
                await asyncio.sleep(0.01)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            await talking
            id = conversation.session_id
            while (await asyncio.to_thread(live.data, active, id=id))["session"][
                "activeGeneration"
            ]:
                await asyncio.sleep(0.05)
    answer.finish()


def test_ctrl_c_at_the_prompt_drops_the_line_and_the_end_of_input_leaves(live):
    with Terminal(live) as terminal:
        terminal.until_prompt()
        terminal.send("not to be sent")
        terminal.until("not to be sent")
        terminal.sendintr()
        terminal.until("/quit leaves.")
        terminal.until_prompt()
        terminal.sendeof()
        assert "--session" not in terminal.ended()
        assert terminal.exitstatus == 0


def test_a_guided_session_is_led_by_numbers_and_resolved(served):
    with Terminal(served, "--guided") as terminal:
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
        terminal.sendline("1")
        terminal.until("No step waits for an answer.")
        session = served.data(GET, id=terminal.leave_session())["session"]
    assert (session["__typename"], session["status"]) == ("GuidedSession", "RESOLVED")
    assert "Ticket notes:" in shown
    for line in session["documents"][0]["markdown"].splitlines():
        assert line in shown


@pytest.mark.slow
def test_commands_ask_for_what_they_need_and_refusals_are_told_in_words(served):
    with Terminal(served) as terminal:
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
        guided_id = terminal.leave_session()
    assert served.data(GET, id=guided_id)["session"]["__typename"] == "GuidedSession"
    with Terminal(served, "--session", guided_id) as later:
        later.until("Answer with a number")
        later.quit()


@pytest.mark.slow
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
    assert messages(session)[1][1] in done.stdout
