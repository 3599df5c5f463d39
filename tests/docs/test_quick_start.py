"""The quick start of the docs, word for word, in a shell."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "quick-start.md"
PATIENCE = 120


def quick_start() -> str:
    return "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL))


@pytest.fixture(scope="module")
def printed(served) -> str:
    assert shutil.which("curl"), "the quick start uses curl: install it to run its test"
    script = quick_start().replace("http://127.0.0.1:8000/graphql", served.url, 1)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_chats_answer_is_streamed_in_pieces(printed):
    # Begun, some words, done; more where the machine is not busy.
    assert printed.count("event: next") >= 3
    assert '"text":' in printed
    assert "event: complete" in printed


def test_ticket_notes_are_printed_for_both_kinds(printed):
    for heading in ("## Problem", "## What we confirmed", "## Root cause", "## Resolution"):
        assert printed.count(heading) == 2
    assert "The mailbox was full. Archived what was older than a year." in printed


def test_every_guided_step_stands_in_its_notes_with_its_result(printed):
    guided = printed.split("## What we confirmed")[2].split("## Root cause")[0]
    assert len(re.findall(r"^\d+\. .+ — .+$", guided, re.MULTILINE)) >= 4
    assert "not answered yet" not in guided


def test_both_kinds_are_in_one_list(printed):
    assert '"__typename":"GuidedSession"' in printed
    assert '"__typename":"ChatSession"' in printed
