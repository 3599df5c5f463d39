"""Title, summary and domain, from the words of the session and the flow that fits."""

import re

from services.ai.offline.session_record import problem
from services.ai.port import SessionDescription, Usage
from services.ai.session_snapshot import SessionSnapshot
from services.text_validation import truncate_words

TITLE_CHARS = 70
SUMMARY_CHARS = 300
#: Below this, a flow's domain would be a guess.
SURE_ENOUGH = 0.5

GREETING = re.compile(
    r"\A\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^,.!\n]{0,30}[,.!\n]\s*)+",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def description(case: SessionSnapshot) -> SessionDescription:
    said = GREETING.sub("", problem(case)).strip() or problem(case)
    sentences = SENTENCE_END.split(said)
    title = truncate_words(sentences[0], at_most=TITLE_CHARS).rstrip(".!")
    return SessionDescription(
        title=title[:1].upper() + title[1:],
        summary=truncate_words(" ".join(sentences[:3]), at_most=SUMMARY_CHARS),
        domain=domain(case),
        usage=Usage(model="offline"),
    )


def domain(case: SessionSnapshot) -> str | None:
    if case.flow:
        return case.flow.domain
    fitting = [flow for flow in case.suggestions if flow.score >= SURE_ENOUGH]
    return max(fitting, key=lambda flow: flow.score).domain if fitting else None
