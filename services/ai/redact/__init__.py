"""Takes secrets out of text. What it cannot know from the text itself it leaves alone."""

from services.ai.redact.case import redact_case
from services.ai.redact.redactor import Redactor, redact

__all__ = ["Redactor", "redact", "redact_case"]
