"""Recall and false alarms of redaction by kind and language: `python -m evaluation.redaction`."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from evaluation.lines import FILES, Line, read_lines
from services.ai.redact.redactor import redact


@dataclass(slots=True)
class Score:
    """Lines by result. `left`: with a secret that is still in the text. `changed`: without a secret
    and not as before. `lost`: with a secret, and without a text around it that must remain."""

    secret: int = 0
    left: list[str] = field(default_factory=list)
    ordinary: int = 0
    changed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def left_share(self) -> float:
        return len(self.left) / max(1, self.secret)

    @property
    def changed_share(self) -> float:
        return len(self.changed) / max(1, self.ordinary)

    def add(self, line: Line) -> None:
        redacted = redact(line.text)
        if not line.secrets:
            self.ordinary += 1
            self.changed += [line.id] * (redacted != line.text)
            return
        self.secret += 1
        self.left += [line.id] * any(secret in redacted for secret in line.secrets)
        self.lost += [line.id] * any(kept not in redacted for kept in line.keep)


def score(lines: Iterable[Line]) -> Score:
    result = Score()
    for line in lines:
        result.add(line)
    return result


def format_table(lines: list[Line], group_of: Callable[[Line], str], title: str) -> str:
    rows = [
        f"| {title} | lines with secrets | left | ordinary lines | changed |",
        "|---|--:|--:|--:|--:|",
    ]
    for group in Counter(map(group_of, lines)):
        found = score(line for line in lines if group_of(line) == group)
        rows.append(
            f"| {group} | {found.secret} | {len(found.left)} "
            f"| {found.ordinary} | {len(found.changed)} |"
        )
    return "\n".join(rows)


def main() -> int:
    for name in FILES:
        lines = list(read_lines(name))
        total = score(lines)
        print(f"## {name}.jsonl\n")
        print(
            f"Secrets left in {len(total.left)} of {total.secret} lines ({total.left_share:.1%}), "
            f"{len(total.changed)} of {total.ordinary} ordinary lines changed "
            f"({total.changed_share:.1%}), text around a secret lost in {len(total.lost)}.\n"
        )
        print(format_table(lines, lambda line: line.kind, "kind"), end="\n\n")
        print(format_table(lines, lambda line: line.lang, "language"), end="\n\n")
        print(
            "left:", *total.left, "\nchanged:", *total.changed, "\nlost:", *total.lost, end="\n\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
