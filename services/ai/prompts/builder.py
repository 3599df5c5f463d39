"""Builds the prompt of a request. Pure: the same request always gives the same prompt, so that the
provider's prompt cache matches."""

from models import GenerationKind, MessageRole
from services.ai.port import AssistantRequest
from services.ai.prompts import guided_step
from services.ai.prompts.chat import chat_prompt
from services.ai.prompts.documents import document_prompt
from services.ai.prompts.prompt import Prompt, PromptTurn

CONTINUE = """\
Your answer was cut off behind its last character. Write only what follows from there on. \
If a space or a line break comes next, begin with it. Repeat nothing of it, do not greet, and \
do not mention the interruption."""


def build_prompt(request: AssistantRequest) -> Prompt:
    prompt = select_prompt(request)
    if not request.written_text.strip():
        return prompt
    is_step = request.kind is GenerationKind.GUIDED_STEP
    return prompt.with_turns(
        PromptTurn(MessageRole.ASSISTANT, request.written_text),
        PromptTurn(MessageRole.USER, guided_step.CONTINUE if is_step else CONTINUE),
    )


def select_prompt(request: AssistantRequest) -> Prompt:
    match request.kind:
        case GenerationKind.CHAT_REPLY:
            return chat_prompt(request.snapshot)
        case GenerationKind.GUIDED_STEP:
            return guided_step.step_prompt(request.snapshot)
        case kind:
            return document_prompt(request.snapshot, kind, request.audience, request.length)
