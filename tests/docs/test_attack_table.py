"""The table of attacks in docs/security.md has a row for each attack that the tests run."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| [01]\.\d\d \|", re.MULTILINE)


def test_every_attack_has_a_row_with_its_figures() -> None:
    rows = set(ROW.findall((PROJECT / "docs/security.md").read_text()))
    modules = {
        path.stem.removeprefix("test_") for path in (PROJECT / "tests/attacks").glob("test_*.py")
    }
    assert rows == modules - {"victim"}
