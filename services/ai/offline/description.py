"""Title, summary and domain of a session, from its own words and the best flow."""

import re

from services.ai.offline.session_record import problem_statement
from services.ai.port import SessionDescription, Usage
from services.ai.session_snapshot import SessionSnapshot
from services.input_validation import truncate_words

TITLE_CHARS = 70
SUMMARY_CHARS = 300
#: Below this score, a flow's domain would be a guess.
MIN_DOMAIN_SCORE = 0.5

GREETING = re.compile(
    r"\A\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^,.!\n]{0,30}[,.!\n]\s*)+",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def compose_description(snapshot: SessionSnapshot) -> SessionDescription:
    problem = problem_statement(snapshot)
    sentences = SENTENCE_END.split(GREETING.sub("", problem).strip() or problem)
    title = truncate_words(sentences[0], at_most=TITLE_CHARS).rstrip(".!")
    return SessionDescription(
        title=title[:1].upper() + title[1:],
        summary=truncate_words(" ".join(sentences[:3]), at_most=SUMMARY_CHARS),
        domain=best_domain(snapshot),
        usage=Usage(model="offline"),
    )


def best_domain(snapshot: SessionSnapshot) -> str | None:
    if snapshot.flow:
        return snapshot.flow.domain
    likely = [flow for flow in snapshot.suggestions if flow.score >= MIN_DOMAIN_SCORE]
    return max(likely, key=lambda flow: flow.score).domain if likely else None
