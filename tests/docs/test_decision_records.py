"""Decision records are numbered without gaps and listed in their table."""

import re
from pathlib import Path

RECORDS = Path(__file__).parents[2] / "docs" / "adr"


def test_decision_records_are_numbered_without_a_gap_and_listed():
    records = sorted(RECORDS.glob("[0-9]*.md"))
    numbers = [int(record.name[:4]) for record in records]
    assert numbers == list(range(1, len(records) + 1))
    table = (RECORDS / "README.md").read_text()
    for number, record in zip(numbers, records, strict=True):
        assert re.match(rf"# (ADR )?{number}\D", record.read_text()), record.name
        assert f"| [{number}]({record.name}) |" in table, record.name
