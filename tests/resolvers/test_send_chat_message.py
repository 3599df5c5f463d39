import pytest

CREATE = """
mutation Create($input: CreateSessionInput!) {
  createSession(input: $input) {
    __typename
    ... on CreateSessionSuccess {
      session { id __typename status stepCount activeGeneration { id } }
      generation { id kind status text cursor }
    }
    ... on Error { code message }
  }
}
"""
TOKENS = """
subscription Tokens($sessionId: ID!, $after: String) {
  chatTokens(sessionId: $sessionId, after: $after) {
    __typename cursor
    ... on TokenDelta { text }
    ... on GenerationCompleted { message { content } generation { text status usage { outputTokens } } }
  }
}
"""


async def test_smoke(api, assistant):
    assistant.enqueue("Hello there, technician")
    data = await api.data(CREATE, input={"sessionType": "CHAT", "intake": {"text": "help me"}})
    print(data)
    session_id = data["createSession"]["session"]["id"]
    async with api.subscribed(TOKENS, sessionId=session_id, after=data["createSession"]["generation"]["cursor"]) as events:
        async for event in events:
            print(event)
            if event["__typename"] == "GenerationCompleted":
                break
