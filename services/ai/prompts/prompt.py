"""The shape of a prompt, the same for every vendor."""

from dataclasses import dataclass, replace

from models import MessageRole


@dataclass(frozen=True, slots=True)
class Turn:
    role: MessageRole
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """`lasting` opens the next prompt about the same session just as it opens this one, so a
    vendor may cache it; `fresh` is for this answer alone. Neighbours may have the same role."""

    system: str
    lasting: tuple[Turn, ...]
    fresh: tuple[Turn, ...] = ()

    def then(self, *turns: Turn) -> "Prompt":
        return replace(self, fresh=self.fresh + turns)


def said(text: str) -> Turn:
    """A turn of the user's side, which is ours too."""
    return Turn(MessageRole.USER, text)
