"""Takes secrets out of text. What it cannot know from the text itself it leaves alone."""

from services.ai.redact.snapshot_redaction import is_short, redact_case
from services.ai.redact.redactor import Redactor, redact

__all__ = ["Redactor", "is_short", "redact", "redact_case"]
