"""The structure of a prompt, independent of the vendor."""

from dataclasses import dataclass, replace

from models import MessageRole


@dataclass(frozen=True, slots=True)
class PromptTurn:
    role: MessageRole
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """`lasting` is a prefix of the next prompt of the same session, so that a vendor can cache it;
    `fresh` is for this answer only. Adjacent turns may have the same role."""

    system: str
    lasting: tuple[PromptTurn, ...]
    fresh: tuple[PromptTurn, ...] = ()

    def with_turns(self, *turns: PromptTurn) -> "Prompt":
        return replace(self, fresh=self.fresh + turns)


def user_turn(text: str) -> PromptTurn:
    """A turn with the role `user`: the API has none for the application's own text."""
    return PromptTurn(MessageRole.USER, text)
