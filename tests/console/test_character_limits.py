"""The limits that the console tells while one types are the server's."""

import re

import pytest

from services import limits
from tests.server_process import PROJECT

SOURCE = PROJECT / "console" / "app" / "src" / "ui" / "limits.ts"
LIMITS = {
    name: int(value.replace("_", ""))
    for name, value in re.findall(r"export const MAX_(\w+) = ([\d_]+);", SOURCE.read_text())
}


def test_every_limit_is_read():
    assert len(LIMITS) == SOURCE.read_text().count("export const")


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_of_the_console_is_the_servers(name):
    assert LIMITS[name] == getattr(limits, name)
