"""`sessions chat` at a real terminal, and somebody who types there."""

import re

import pexpect

from tests.server_process import PATIENCE, PROJECT, SESSIONS, Served, environment

#: What a terminal is told beside text: colours, and where the cursor goes.
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>])|\r")


class Terminal(pexpect.spawn):
    """Begins a conversation with a server."""

    def __init__(self, server: Served, *arguments: str) -> None:
        # Nobody is there to say where the cursor is.
        surroundings = environment(TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", COLUMNS="200")
        super().__init__(
            str(SESSIONS),
            ["chat", "--url", server.url, *arguments],
            cwd=PROJECT,
            env=surroundings,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    def __enter__(self) -> "Terminal":
        self.until("/quit leaves.")
        return self

    def __exit__(self, *_: object) -> None:
        self.close(force=True)

    def until(self, words: str) -> str:
        """Wait for words; return what was shown up to them."""
        self.expect_exact(words)
        return ESCAPES.sub("", self.before + self.after)

    def until_prompt(self) -> str:
        """A prompt begins with the request to mark what is pasted."""
        return self.until("\x1b[?2004h")

    def quit(self) -> str:
        """Leave; return what was shown since."""
        self.sendline("/quit")
        return self.ended()

    def ended(self) -> str:
        self.expect(pexpect.EOF)
        self.wait()
        return ESCAPES.sub("", self.before)

    def leave_session(self) -> str:
        """Leave, and read which session it was."""
        return re.search(r"--session (\S+)", self.quit())[1]
