"""Limits of input sizes, pages and sessions. Error messages name the limit."""

from dataclasses import dataclass

PAGE_DEFAULT = 25
PAGE_MAX = 100
#: Of lists that are paged from both ends.
SLICE_DEFAULT = 50

TITLE_CHARS = 255
INTAKE_CHARS = 20_000
LOG_CHARS = 200_000
MESSAGE_CHARS = 32_000
ANSWER_CHARS = 8_000
REASON_CHARS = 8_000
DOCUMENT_CHARS = 200_000
#: A text by the assistant: 16,000 tokens.
GENERATED_CHARS = 64_000
#: A question, an instruction or a reason in a step.
STEP_CHARS = 8_000
#: Options of a step by the assistant, and what to consider before choosing one.
STEP_OPTIONS = 10
HINT_CHARS = 255
#: Of a flow of the library. A step has a title and a text of it.
FLOW_TEXT_CHARS = 7_000
FLOW_DESCRIPTION_CHARS = 1_000
FLOW_TREE_CHARS = 50_000
FLOW_SYMPTOMS = 50
FLOW_TAGS = 20
TAG_CHARS = 100
KEY_CHARS = 255
EMAIL_CHARS = 320
TICKET_ID_CHARS = 100
DOMAIN_CHARS = 100
SLUG_CHARS = 100
TIME_ZONE_CHARS = 64
#: The longest cursor has a name of 255 characters in it, of up to six bytes each in JSON.
CURSOR_CHARS = 4_000
#: The longest global id has the id of a message that another system has assigned.
ID_CHARS = 1_000

MESSAGES_IN_A_SESSION = 2_000
STEPS_IN_A_SESSION = 30
#: Messages that wait for the running answer of a session.
QUEUED_MESSAGES = 10


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """What a search text may contain. The work of a search grows with its words."""

    chars: int = 500
    words: int = 50


DEFAULT_SEARCH_LIMITS = SearchLimits()
