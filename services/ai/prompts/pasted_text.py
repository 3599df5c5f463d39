"""Finds what an engineer has pasted into a message: code fences, quotations and forwarded mails.

A message is the engineer's own words, but a log or a mail in it was written by others.
"""

import re
from collections.abc import Iterator

from services.ai.prompts.material import neutralize, tagged_block

#: Pasted parts of one message that are marked one by one. The last goes on to the message's end, so
#: that a message does not grow without bound.
PASTED_PARTS = 20

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
QUOTATION = re.compile(r" {0,3}>")
#: The names of a mail's headers in English, German, French, Spanish, Portuguese, Italian, Dutch.
MAIL_HEADERS = (
    *("from", "sent", "date", "to", "cc", "subject", "von", "gesendet", "datum", "an", "betreff"),
    *("de", "envoy\xe9", "\xe0", "objet", "enviado", "enviada", "para", "asunto", "assunto", "da"),
    *("inviato", "data", "a", "oggetto", "van", "verzonden", "aan", "onderwerp"),
)
#: Two such lines in a row begin a mail, which goes on to the end of the message.
MAIL_HEADER = re.compile(
    rf"\*{{0,2}}(?:{'|'.join(MAIL_HEADERS)})[ \xa0]?\*{{0,2}}:\*{{0,2}}[ \t\xa0]", re.IGNORECASE
)
MAIL_DIVIDER = re.compile(r"[-_]{4,}[ \t]?(?:[^\W\d_]{3,20}[ \t]?){1,3}[-_]{4,}")


def mark_pasted(message: str) -> str:
    """The message with what is pasted in it as `pasted` material."""
    parts = [
        tagged_block("pasted", text) if is_pasted else neutralize(text)
        for is_pasted, text in split_pasted(message)
    ]
    return "\n".join(parts)


def split_pasted(message: str) -> Iterator[tuple[bool, str]]:
    """Yield parts of the message, in order, with whether each is pasted."""
    lines = message.split("\n")
    own = start = pasted = 0
    while start < len(lines):
        end = pasted_end(lines, start)
        if end == start:
            start += 1
            continue
        pasted += 1
        end = len(lines) if pasted == PASTED_PARTS else end
        if own < start:
            yield False, "\n".join(lines[own:start])
        yield True, "\n".join(lines[start:end])
        own = start = end
    if own < len(lines):
        yield False, "\n".join(lines[own:])


def pasted_end(lines: list[str], start: int) -> int:
    """The line behind the pasted part that begins at `start`; `start` if none begins there."""
    if fence := FENCE.match(lines[start]):
        return fence_end(lines, start + 1, fence[1])
    if begins_mail(lines, start):
        return len(lines)
    end = start
    while end < len(lines) and QUOTATION.match(lines[end]):
        end += 1
    return end


def fence_end(lines: list[str], start: int, opening: str) -> int:
    for number in range(start, len(lines)):
        closing = lines[number].strip()
        if len(closing) >= len(opening) and not closing.strip(opening[0]):
            return number + 1
    return len(lines)


def begins_mail(lines: list[str], start: int) -> bool:
    two = lines[start : start + 2]
    return bool(MAIL_DIVIDER.match(two[0])) or (
        len(two) == 2 and all(MAIL_HEADER.match(line) for line in two)
    )
