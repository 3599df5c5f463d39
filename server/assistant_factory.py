"""Who writes the answers, as the settings say."""

from typing import Any

from server.settings import Settings
from services.ai.offline.assistant import OfflineAssistant
from services.ai.port import Assistant


class AssistantNotConfigured(Exception):
    pass


def require_api_key(settings: Settings) -> str | None:
    """What a model is asked with; None where there is none. Raises AssistantNotConfigured."""
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
    # The SDK takes half a second to import; nobody without a key should wait for it.
    from services.ai.anthropic.assistant import AnthropicAssistant

    chosen: dict[str, Any] = {"model": settings.model, "small_model": settings.small_model}
    return AnthropicAssistant(
        api_key,
        base_url=settings.anthropic_base_url,
        timeout=settings.answer_timeout,
        **{name: value for name, value in chosen.items() if value},
    )


def describe_assistant(settings: Settings) -> str:
    if settings.uses_anthropic:
        return f"Anthropic, {settings.model or 'the default model'}"
    return "offline: answers come from the flow library (set ANTHROPIC_API_KEY to use a model)"
