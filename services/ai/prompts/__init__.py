"""What a model is told. Pure: a case in, a prompt out, the same for the same case, whenever."""

from models import GenerationKind, MessageRole
from services.ai.port import AssistantRequest
from services.ai.prompts import chat, documents, guided
from services.ai.prompts.prompt import Prompt, Turn

GO_ON = """\
Your answer was cut off behind its last character. Write only what follows from there on. \
If a space or a line break comes next, begin with it. Repeat nothing of it, do not greet, and \
do not mention the interruption."""


def prompt_for(assignment: AssistantRequest) -> Prompt:
    prompt = start(assignment)
    if not assignment.written_text.strip():
        return prompt
    is_step = assignment.kind is GenerationKind.GUIDED_STEP
    return prompt.then(
        Turn(MessageRole.ASSISTANT, assignment.written_text),
        Turn(MessageRole.USER, guided.GO_ON if is_step else GO_ON),
    )


def start(assignment: AssistantRequest) -> Prompt:
    match assignment.kind:
        case GenerationKind.CHAT_REPLY:
            return chat.prompt(assignment.snapshot)
        case GenerationKind.GUIDED_STEP:
            return guided.prompt(assignment.snapshot)
        case kind:
            return documents.prompt(
                assignment.snapshot, kind, assignment.audience, assignment.length
            )
