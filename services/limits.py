"""Limits of input sizes, pages and sessions. Error messages name the limit."""

PAGE_DEFAULT = 25
PAGE_MAX = 100

TITLE_CHARS = 255
INTAKE_CHARS = 20_000
LOG_CHARS = 200_000
MESSAGE_CHARS = 32_000
ANSWER_CHARS = 8_000
REASON_CHARS = 8_000
DOCUMENT_CHARS = 200_000
KEY_CHARS = 255
TICKET_ID_CHARS = 100

MESSAGES_IN_A_SESSION = 2_000
STEPS_IN_A_SESSION = 30
#: Messages that wait for the running answer of a session.
QUEUED_MESSAGES = 10
