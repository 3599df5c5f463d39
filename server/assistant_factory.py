"""Creates the assistant from the settings."""

from typing import Any

from server.settings import Settings
from services.ai.offline.assistant import OfflineAssistant
from services.ai.port import Assistant


class AssistantNotConfigured(Exception):
    """The settings select an assistant, but lack what it needs."""


def require_api_key(settings: Settings) -> str | None:
    """The Anthropic API key; None for the offline assistant. Raises AssistantNotConfigured."""
    if not settings.uses_anthropic:
        return None
    if settings.anthropic_api_key is None:
        raise AssistantNotConfigured(
            "SESSIONS_ASSISTANT is `anthropic`, but ANTHROPIC_API_KEY is not set."
        )
    return settings.anthropic_api_key.get_secret_value()


def create_assistant(settings: Settings) -> Assistant:
    """Raises AssistantNotConfigured."""
    if (api_key := require_api_key(settings)) is None:
        return OfflineAssistant()
    # Imported here only to save start-up time: the SDK takes half a second to import.
    from services.ai.anthropic.assistant import AnthropicAssistant

    chosen: dict[str, Any] = {"model": settings.model, "small_model": settings.small_model}
    return AnthropicAssistant(
        api_key,
        base_url=settings.anthropic_base_url,
        timeout=settings.answer_timeout,
        longest_answer=settings.answer_seconds,
        redacts_answers=settings.redact_stored,
        **{name: value for name, value in chosen.items() if value},
    )


def describe_assistant(settings: Settings) -> str:
    if settings.uses_anthropic:
        return f"Anthropic, {settings.model or 'default model'}"
    return "offline: answers from the flow library (set ANTHROPIC_API_KEY to use a model)"
