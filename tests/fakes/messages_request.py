"""A request to the fake Messages API: its content, its validation and a default answer."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

WITHOUT_FORCED_TOOLS = re.compile(r"claude-(sonnet-5-5|opus-5-5|fable-5-[12]|mythos-5-[12])")


@dataclass(slots=True, eq=False)
class ReceivedRequest:
    """A request and the state of its connection."""

    headers: dict[str, str]
    body: Json
    #: The client disconnected before the end of the answer.
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def key(self) -> str:
        """The API key, in the header of older or of newer versions of the SDK."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer").strip()
        return self.headers.get("x-api-key") or bearer

    @property
    def system(self) -> str:
        return "".join(block["text"] for block in blocks_of(self.body.get("system", [])))

    @property
    def messages(self) -> list[Json]:
        return list(self.body["messages"])

    @property
    def tool(self) -> Json | None:
        """The tool that the request forces the model to call."""
        name = (self.body.get("tool_choice") or {}).get("name")
        return next((tool for tool in self.body.get("tools", []) if tool["name"] == name), None)

    @property
    def last_text(self) -> str:
        """The last block of the last message."""
        return str(blocks_of(self.body["messages"][-1]["content"])[-1]["text"])


def blocks_of(content: str | list[Json]) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def validation_errors(body: Json) -> Iterator[str]:
    """The reasons for which the real API answers with status 400."""
    for name in "model", "max_tokens", "messages":
        if not body.get(name):
            yield f"{name}: Field required"
            return
    messages = body["messages"]
    blocks = [block for message in messages for block in blocks_of(message["content"])]
    if messages[0]["role"] != "user":
        yield "messages: first message must use the user role"
    if messages[-1]["role"] != "user":
        yield "This model does not support assistant message prefill."
    if any(not block["text"].strip() for block in blocks if block["type"] == "text"):
        yield "messages: text content blocks must contain non-whitespace text"
    if sum("cache_control" in block for block in [*blocks, *blocks_of(body.get("system", []))]) > 4:
        yield "A maximum of 4 blocks with cache_control may be provided."
    if body.keys() & {"temperature", "top_p", "top_k"}:
        yield "temperature: not supported for this model."
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    if forced and WITHOUT_FORCED_TOOLS.match(body["model"]):
        yield 'tool_choice: type "tool" and "any" are not supported for this model.'


#: The first or last line of material in a prompt.
DELIMITER = re.compile(r"^</?[a-z]+-[0-9a-f]{16}[^>\n]*>$", re.MULTILINE)


def default_text(request: ReceivedRequest) -> str:
    words = " ".join(DELIMITER.sub("", request.last_text).split())
    output_format = (request.body.get("output_config") or {}).get("format") or {}
    schema = request.tool["input_schema"] if request.tool else output_format.get("schema")
    if schema:
        return json.dumps(smallest_value(schema, schema, words[-60:]))
    return f"You said: {words[-60:]}"


def smallest_value(schema: Json, root: Json, text: str) -> Any:
    """A value that matches a schema, of the kinds of schema that the API accepts."""
    if "$ref" in schema:
        return smallest_value(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, text)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return smallest_value(schema["anyOf"][-1], root, text)
    match schema["type"]:
        case "object":
            assert schema["additionalProperties"] is False
            return {k: smallest_value(v, root, text) for k, v in schema["properties"].items()}
        case kind:
            values = {"string": text, "array": [], "boolean": True, "number": 0.5, "integer": 1}
            return values.get(kind)
