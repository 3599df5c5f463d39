"""A client that plants a secret in every text that it sends, by every mutation of the schema."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type, is_required_input_field

from tests.planting.numbered_secrets import PlantedSecrets
from tests.schema_walk import SCHEMA
from tests.server_process import Served

MUTATIONS = SCHEMA.mutation_type.fields
#: Texts that a mutation compares with what is there, with the reason.
COMPARED = {
    "StepAnswerInput.option": "an option of the step; others are refused",
    "UpdateAccountInput.timeZone": "a name of the time zone database; others are refused",
}
#: The documents that `resolve` writes.
DOCUMENTS = ("TICKET_NOTES", "KNOWLEDGE_ARTICLE", "CLIENT_SUMMARY")
#: What is asked of a result, where it has the field.
WANTED = {
    "session": "session { id }",
    "generation": "generation { id }",
    "document": "document { id }",
    "message": "sent: message { id }",
}
STATE = """
query State($id: ID!) { session(id: $id) {
  documents { id }
  ... on GuidedSession { currentStep { id } }
  ... on ChatSession { messages { edges { node { id } } } }
} }
"""


def text_inputs() -> set[str]:
    """Each text that a mutation takes, as `Type.field`."""
    found: set[str] = set()
    waiting = [get_named_type(a.type) for each in MUTATIONS.values() for a in each.args.values()]
    while waiting:
        type_ = waiting.pop()
        for name, each in getattr(type_, "fields", {}).items():
            named = get_named_type(each.type)
            waiting += [named] if isinstance(named, GraphQLInputObjectType) else []
            found |= {f"{type_.name}.{name}"} if named.name in ("String", "JSON") else set()
    return found


@dataclass
class PlantingDesk:
    served: Served
    #: The same, as a colleague uses it.
    colleague: Served
    secrets: PlantedSecrets
    #: Waits until no answer is being written.
    wait_until_quiet: Callable[[], None]
    called: set[str] = field(default_factory=set)

    def call(self, mutation: str, *, is_over: bool = True, **given: Any) -> dict[str, Any]:
        """Call a mutation with a secret in each text that is not given, and wait until what it
        starts `is_over`."""
        self.called.add(mutation)
        type_ = get_named_type(MUTATIONS[mutation].args["input"].type)
        success = SCHEMA.type_map[f"{type_.name.removesuffix('Input')}Success"]
        wanted = " ".join(text for name, text in WANTED.items() if name in success.fields)
        user = self.colleague if mutation == "claim" else self.served
        answer: dict[str, Any] = user.data(
            f"mutation($input: {type_.name}!) {{ {mutation}(input: $input) {{ __typename"
            f" ... on {success.name} {{ __typename {wanted} }} }} }}",
            input=self.planted_input(type_, **given),
        )[mutation]
        assert answer["__typename"] == success.name, (mutation, answer)
        if is_over:
            self.wait_until_quiet()
        return answer

    def planted_input(self, type_: GraphQLInputObjectType, **given: Any) -> dict[str, Any]:
        values = {}
        for name, each in type_.fields.items():
            named, place = get_named_type(each.type), f"{type_.name}.{name}"
            if name in given:
                values[name] = given[name]
            elif isinstance(named, GraphQLInputObjectType):
                values[name] = self.planted_input(named)
            elif named.name in ("String", "JSON") and place not in COMPARED:
                values[name] = self.secrets.text_for(place)
            else:
                assert not is_required_input_field(each), f"{place} needs a value"
        return dict(list(values.items())[:1]) if type_.is_one_of else values

    def state(self, session: str) -> dict[str, Any]:
        found: dict[str, Any] = self.served.data(STATE, id=session)["session"]
        return found

    def create(self, session_type: str, **given: Any) -> str:
        created = self.call("createSession", sessionType=session_type, **given)
        return str(created["session"]["id"])

    def respond(self, session: str) -> None:
        step = self.state(session)["currentStep"]
        self.call("respondToStep", sessionId=session, stepId=step["id"])

    def update_status(self, session: str) -> None:
        for audience in SCHEMA.type_map["StatusUpdateAudience"].values:
            self.call("statusUpdate", sessionId=session, audience=audience)

    def write_everything(self) -> tuple[str, str]:
        """Call every mutation. Returns a chat and a guided session that are still open."""
        chat, led = self.create("CHAT"), self.create("GUIDED")
        closed = self.create("CHAT", intake={"text": "It has no ticket of its own"})
        gone = self.create("CHAT")
        self.call("renameSession", sessionId=chat)
        self.call("sendChatMessage", sessionId=chat)
        [*_, last] = self.state(chat)["messages"]["edges"]
        self.call("rateMessage", messageId=last["node"]["id"], rating="UP")
        self.call("rateSession", sessionId=chat, rating=4)
        running = self.call("regenerate", sessionId=chat, is_over=False)
        self.call("stopGeneration", generationId=running["generation"]["id"])
        self.respond(led)
        self.call("statusUpdate", sessionId=led, audience="EMAIL_DRAFT")
        self.call("editDocument", documentId=self.state(led)["documents"][0]["id"])
        self.call("pause", sessionId=chat)
        self.call("resume", sessionId=chat)
        self.call("escalate", sessionId=chat)
        self.call("claim", sessionId=chat)
        self.call("resolve", sessionId=chat, documents=DOCUMENTS)
        self.call("reopen", sessionId=chat)
        self.call("abandon", sessionId=closed)
        self.call("updateAccount", timeZone="Europe/Berlin")
        self.call("deleteSession", sessionId=gone)
        return chat, led

    def send_out(self, chat: str, led: str) -> None:
        """Everything that leaves, from what is stored."""
        self.call("sendChatMessage", sessionId=chat)
        self.respond(led)
        self.update_status(led)
        for session in (chat, led):
            self.call("escalate", sessionId=session)
            self.call("claim", sessionId=session)
            self.call("resolve", sessionId=session, documents=DOCUMENTS)
