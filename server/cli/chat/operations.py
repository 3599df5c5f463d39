"""The operations of `sessions chat`."""

from gql import gql

STEP = """
fragment Step on SessionStep {
  id
  content
  contextMessage
  expectedOutcome
  options { label value followupHint }
  allowFreeText
  allowSkip
  answer { skipped }
}
"""
CONVERSATION = (
    """
fragment Conversation on AISession {
  __typename
  id
  displayTitle
  status
  ... on GuidedSession { currentStep { ...Step } }
}
"""
    + STEP
)
GENERATION = """
fragment Answer on Generation { id kind status cursor }
"""

VIEWER = gql("{ viewer { name } }")

LOAD_SESSION = gql(
    """
query Load($id: ID!) {
  session(id: $id) {
    ...Conversation
    activeGeneration { ...Answer text }
    ... on ChatSession { messages(last: 2) { edges { node { role content } } } }
  }
}
"""
    + CONVERSATION
    + GENERATION
)

CREATE_SESSION = gql(
    """
mutation Start($type: SessionType!, $text: String!, $key: String!) {
  createSession(
    input: { sessionType: $type, intake: { text: $text }, idempotencyKey: $key }
  ) {
    ... on CreateSessionSuccess { session { ...Conversation } generation { ...Answer } }
    ... on Error { message }
  }
}
"""
    + CONVERSATION
    + GENERATION
)

SEND_MESSAGE = gql(
    """
mutation Say($session: ID!, $text: String!, $whenBusy: BusyPolicy!, $key: String!) {
  sendChatMessage(
    input: { sessionId: $session, content: $text, whenBusy: $whenBusy, idempotencyKey: $key }
  ) {
    ... on SendChatMessageSuccess { session { id } generation { ...Answer } }
    ... on Error { message }
  }
}
"""
    + GENERATION
)

RESPOND_TO_STEP = gql(
    """
mutation Respond($session: ID!, $step: ID!, $answer: StepAnswerInput!, $key: String!) {
  respondToStep(
    input: { sessionId: $session, stepId: $step, answer: $answer, idempotencyKey: $key }
  ) {
    ... on RespondToStepSuccess { session { ...Conversation } generation { ...Answer } }
    ... on Error { message }
  }
}
"""
    + CONVERSATION
    + GENERATION
)

REGENERATE = gql(
    """
mutation Again($session: ID!, $key: String!) {
  regenerate(input: { sessionId: $session, idempotencyKey: $key }) {
    ... on RegenerateSuccess { session { id } generation { ...Answer } }
    ... on Error { message }
  }
}
"""
    + GENERATION
)

RESOLVE = gql(
    """
mutation Resolve($session: ID!, $summary: String, $key: String!) {
  resolve(input: { sessionId: $session, resolutionSummary: $summary, idempotencyKey: $key }) {
    ... on ResolveSuccess { session { id } generations { ...Answer } }
    ... on Error { message }
  }
}
"""
    + GENERATION
)

ESCALATE = gql(
    """
mutation Escalate($session: ID!, $reason: String!, $key: String!) {
  escalate(input: { sessionId: $session, reason: $reason, idempotencyKey: $key }) {
    ... on EscalateSuccess { session { id } generation { ...Answer } }
    ... on Error { message }
  }
}
"""
    + GENERATION
)

STOP_GENERATION = gql("""
mutation Stop($generation: ID!) {
  stopGeneration(input: { generationId: $generation }) {
    ... on StopGenerationSuccess { generation { id } }
    ... on Error { message }
  }
}
""")

GENERATION_EVENTS = gql(
    """
subscription Answer($generation: ID!, $after: String) {
  generationEvents(generationId: $generation, after: $after) {
    __typename
    cursor
    ... on TokenDelta { text }
    ... on GenerationCompleted { step { ...Step } }
    ... on GenerationFailed { reason retryable }
    ... on GenerationCancelled { reason }
  }
}
"""
    + STEP
)
