"""Documents that many tests send, and what they come back with."""

from collections.abc import AsyncIterator
from typing import Any

from tests.api_client import Api, eventually

SESSION = """
fragment Session on AISession {
  __typename id status title displayTitle problemSummary problemDomain stepCount stateVersion
  resolutionSummary escalationReason rating allowedActions
  owner { name } escalatedTo { name } activeGeneration { id kind }
  resolvedAt escalatedAt pausedAt abandonedAt claimedAt
  documents { id kind markdown edited }
  ... on ChatSession { messages { edges { node { id role content interrupted rating } } } }
  ... on GuidedSession {
    confidenceTier matchScore flow { slug }
    currentStep { id order stepType content options { value label } allowSkip answer { text } }
  }
}
"""

GET = "query Get($id: ID!) { session(id: $id) { ...Session } }" + SESSION

CREATE = (
    """
mutation Create($input: CreateSessionInput!) {
  createSession(input: $input) {
    __typename
    ... on CreateSessionSuccess { session { ...Session } generation { id kind status cursor } }
    ... on Error { code message }
  }
}
"""
    + SESSION
)

SEND = """
mutation Send($input: SendChatMessageInput!) {
  sendChatMessage(input: $input) {
    __typename
    ... on SendChatMessageSuccess {
      session { id stepCount }
      chatMessage { id role content }
      generation { id kind status cursor }
    }
    ... on SessionBusy { runningGeneration { id } }
    ... on InvalidTransition { status action }
    ... on Error { code message }
  }
}
"""

RESPOND = (
    """
mutation Respond($input: RespondToStepInput!) {
  respondToStep(input: $input) {
    __typename
    ... on RespondToStepSuccess {
      session { ...Session }
      step { id order answer { option { value label } text skipped answeredBy { name } } }
      generation { id kind }
    }
    ... on Error { code message }
  }
}
"""
    + SESSION
)

TOKENS = """
subscription Tokens($sessionId: ID!, $after: String) {
  chatTokens(sessionId: $sessionId, after: $after) { ...Event }
}
"""

GENERATION_EVENTS = """
subscription Events($generationId: ID!, $after: String) {
  generationEvents(generationId: $generationId, after: $after) { ...Event }
}
"""

EVENT = """
fragment Event on GenerationEvent {
  __typename cursor
  ... on TokenDelta { text }
  ... on GenerationResumed { attempt }
  ... on GenerationCompleted {
    message { content } step { id order content } document { id kind markdown }
  }
  ... on GenerationFailed { code reason retryable message { content } }
  ... on GenerationCancelled { reason message { content } }
}
"""
TOKENS += EVENT
GENERATION_EVENTS += EVENT

SESSION_EVENTS = """
subscription SessionEvents($sessionId: ID!, $after: String) {
  sessionEvents(sessionId: $sessionId, after: $after) {
    cursor kind actor { name } detail session { status }
  }
}
"""

HISTORY = """
query History($id: ID!) {
  session(id: $id) { history { edges { node { cursor kind actor { name } detail } } } }
}
"""

RENAME = """
mutation Rename($id: ID!) {
  renameSession(input: { sessionId: $id, title: "Another" }) { __typename }
}
"""

STOP = """
mutation Stop($id: ID!) {
  stopGeneration(input: { generationId: $id }) {
    __typename
    ... on StopGenerationSuccess { generation { id status text error } }
    ... on Error { code message }
  }
}
"""


async def create(api: Api, session_type: str, text: str, **more: Any) -> dict[str, Any]:
    """Start a session; return `session` and `generation`."""
    asked = {"sessionType": session_type, "intake": {"text": text}, **more}
    created: dict[str, Any] = (await api.data(CREATE, input=asked))["createSession"]
    assert created["__typename"] == "CreateSessionSuccess", created
    return created


async def get(api: Api, session_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.data(GET, id=session_id))["session"]
    return found


async def send(api: Api, session_id: str, content: str, **more: Any) -> dict[str, Any]:
    asked = {"sessionId": session_id, "content": content, **more}
    sent: dict[str, Any] = (await api.data(SEND, input=asked))["sendChatMessage"]
    return sent


async def history(api: Api, session_id: str) -> list[dict[str, Any]]:
    edges = (await api.data(HISTORY, id=session_id))["session"]["history"]["edges"]
    return [edge["node"] for edge in edges]


async def everything(api: Api, document: str, **asked: Any) -> list[dict[str, Any]]:
    """All that a subscription tells, to its end."""
    async with api.subscribed(document, **asked) as events:
        return [event async for event in events]


def text_of(events: list[dict[str, Any]]) -> str:
    return "".join(event.get("text", "") for event in events)


async def until_text(stream: AsyncIterator[Any], text: str) -> list[dict[str, Any]]:
    """Read on until that much more text has come."""
    seen: list[dict[str, Any]] = []
    while text_of(seen) != text:
        seen.append(await anext(stream))
    return seen


def types_of(events: list[dict[str, Any]]) -> list[str]:
    """What was told beside text: into how many pieces that is cut says nothing."""
    return [e["__typename"] for e in events if e["__typename"] != "TokenDelta"]


async def ending(api: Api, generation_id: str) -> dict[str, Any]:
    """Wait until an answer has ended; return how, with its whole text beside."""
    text = ""
    last: dict[str, Any] = {}
    async with api.subscribed(GENERATION_EVENTS, generationId=generation_id) as events:
        async for last in events:
            text += last.get("text", "")
    return {**last, "text": text}


async def shown(api: Api, generation_id: str, text: str) -> None:
    """Wait until viewers have that much of an answer."""
    seen = ""
    async with api.subscribed(GENERATION_EVENTS, generationId=generation_id) as events:
        async for event in events:
            seen += event.get("text", "")
            if seen == text:
                return
    raise AssertionError(f"the answer ended as {seen!r}")


async def guided(api: Api, text: str = "the vpn keeps disconnecting") -> dict[str, Any]:
    """A guided session at its first step."""
    created = await create(api, "GUIDED", text)
    if created["generation"]:
        await ending(api, created["generation"]["id"])
    return await get(api, created["session"]["id"])


async def chat(api: Api, text: str = "Outlook shows no new mail") -> dict[str, Any]:
    """A chat whose first answer is there."""
    created = await create(api, "CHAT", text)
    await ending(api, created["generation"]["id"])
    return await get(api, created["session"]["id"])


def messages(session: dict[str, Any]) -> list[tuple[str, str]]:
    return [(e["node"]["role"], e["node"]["content"]) for e in session["messages"]["edges"]]


MOVE = """
mutation Move($input: {input}!) {{
  {verb}(input: $input) {{
    __typename
    ... on {success} {{ session {{ ...Session }} }}
    ... on InvalidTransition {{ status action }}
    {stale}
    ... on Error {{ code message }}
  }}
}}
"""
STALE = "... on StaleState { session { stateVersion } }"


async def move(api: Api, verb: str, session_id: str, **more: Any) -> dict[str, Any]:
    """Pause, resume, resolve, escalate, claim, abandon or reopen a session."""
    name = verb[0].upper() + verb[1:]
    stale = "" if verb in ("claim", "reopen") else STALE
    document = MOVE.format(verb=verb, input=f"{name}Input", success=f"{name}Success", stale=stale)
    document += SESSION
    moved: dict[str, Any] = await api.data(document, input={"sessionId": session_id, **more})
    answer: dict[str, Any] = moved[verb]
    return answer


CALL = """
mutation Call($input: {input}!) {{
  {verb}(input: $input) {{
    __typename
    ... on {success} {{ {fields} }}
    ... on Error {{ code message }}
  }}
}}
"""


async def call(api: Api, verb: str, fields: str, **input: Any) -> dict[str, Any]:
    """Any other mutation, with the fields wanted of its success."""
    name = verb[0].upper() + verb[1:]
    document = CALL.format(verb=verb, input=f"{name}Input", success=f"{name}Success", fields=fields)
    if "...Session" in fields:
        document += SESSION
    answer: dict[str, Any] = (await api.data(document, input=input))[verb]
    return answer


async def respond(api: Api, session_id: str, step_id: str, **answer: Any) -> dict[str, Any]:
    more = {"idempotencyKey": answer.pop("key")} if "key" in answer else {}
    asked = {"sessionId": session_id, "stepId": step_id, "answer": answer, **more}
    responded: dict[str, Any] = (await api.data(RESPOND, input=asked))["respondToStep"]
    return responded


async def written_documents(api: Api, session_id: str, kind: str) -> list[dict[str, Any]]:
    """The documents of that kind, once there is one."""

    async def written() -> list[dict[str, Any]]:
        found = (await get(api, session_id))["documents"]
        return [document for document in found if document["kind"] == kind]

    documents: list[dict[str, Any]] = await eventually(written)
    return documents
