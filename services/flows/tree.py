from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class Option(BaseModel):
    value: str
    label: str
    next: str
    hint: str | None = None


class Decision(BaseModel):
    type: Literal["decision"]
    question: str
    help_text: str | None = None
    options: list[Option]
    unsure: str | None = None


class Action(BaseModel):
    type: Literal["action"]
    step: str = "action"
    title: str
    instructions: str = ""
    expected_outcome: str | None = None
    next: str


class Solution(BaseModel):
    type: Literal["solution"]
    title: str
    resolution: str
    root_cause: str | None = None


Node = Annotated[Decision | Action | Solution, Field(discriminator="type")]


class Tree(BaseModel):
    root: str
    nodes: dict[str, Node]


def parse_tree(tree: dict[str, Any]) -> Tree:
    return Tree.model_validate(tree)
