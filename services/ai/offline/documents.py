"""The documents of a session, composed from what is recorded of it."""

from collections.abc import Callable

from models import GenerationKind, SessionStatus
from services.ai.offline.session_record import (
    accepted_solution,
    done,
    numbered,
    one_line,
    problem,
    tree,
)
from services.ai.session_snapshot import SessionSnapshot
from services.flows.tree import SolutionNode

NOTHING = "Nothing is recorded."
NOT_ESTABLISHED = "Not established."
MOST_NEXT_STEPS = 6


def document(case: SessionSnapshot, kind: GenerationKind) -> str:
    return KINDS[kind](case)


def sections(texts: dict[str, str]) -> str:
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in texts.items())


def ticket_notes(case: SessionSnapshot) -> str:
    parts = {
        "Problem": problem(case),
        "What we confirmed": numbered([each.line for each in done(case)]) or NOTHING,
        "Root cause": root_cause(case),
        "Resolution": resolution(case),
    }
    return sections(parts)


def escalation_package(case: SessionSnapshot) -> str:
    confirmed = [each.line for each in done(case) if not each.is_attempt]
    tried = [each.line for each in done(case) if each.is_attempt]
    parts = {
        "Problem": f"{problem(case)}{reason(case)}",
        "What we've confirmed": numbered(confirmed) or NOTHING,
        "What we've tried": numbered(tried) or NOTHING,
        "Current hypothesis": hypothesis(case),
        "Suggested next steps": numbered(next_steps(case)),
    }
    return sections(parts)


def knowledge_article(case: SessionSnapshot) -> str:
    """Without what belongs to one client alone: no names, no ticket."""
    title = case.title or (case.flow.title if case.flow else one_line(problem(case)))
    steps = [each.line for each in done(case) if each.result]
    parts = {
        "Symptoms": problem(case),
        "Cause": root_cause(case),
        "Solution": resolution(case),
        "How to verify": "Repeat what failed before; it must work now, for the same person on the "
        "same device." + (f"\n\nChecks made on the way:\n\n{numbered(steps)}" if steps else ""),
    }
    return f"# {title}\n\n{sections(parts)}"


def client_summary(case: SessionSnapshot) -> str:
    about = case.problem_summary or one_line(problem(case))
    outcome = {
        SessionStatus.RESOLVED: f"It is solved. {case.resolution_summary or ''}",
        SessionStatus.ESCALATED: "A senior colleague is looking into it now and has our findings.",
        SessionStatus.ABANDONED: "The work on it has ended. Write to us if it still bothers you.",
    }.get(case.status, "We are still working on it.")
    return f"You told us: {about}\n\n{outcome.strip()}\n\nIf it comes back, answer to this message."


KINDS: dict[GenerationKind, Callable[[SessionSnapshot], str]] = {
    GenerationKind.TICKET_NOTES: ticket_notes,
    GenerationKind.ESCALATION_PACKAGE: escalation_package,
    GenerationKind.KNOWLEDGE_ARTICLE: knowledge_article,
    GenerationKind.CLIENT_SUMMARY: client_summary,
}


def root_cause(case: SessionSnapshot) -> str:
    solution = accepted_solution(case)
    return (solution and solution.root_cause) or NOT_ESTABLISHED


def resolution(case: SessionSnapshot) -> str:
    solution, summary = accepted_solution(case), case.resolution_summary
    if solution is None:
        return summary or NOTHING
    in_its_words = (summary or "").startswith(solution.title)
    how = f"{solution.title}:\n\n{solution.resolution}"
    return how if in_its_words or not summary else f"{summary}\n\n{how}"


def reason(case: SessionSnapshot) -> str:
    said = case.escalation_reason
    return f"\n\nReason for the escalation: {said}" if said else ""


def hypothesis(case: SessionSnapshot) -> str:
    fitting = case.flow or next(iter(case.suggestions), None)
    if fitting is None:
        return f"{NOT_ESTABLISHED} No known flow fits."
    ruled_out = [each.what for each in done(case) if each.result and each.is_attempt]
    tail = f" What was tried has not solved it: {'; '.join(ruled_out[-3:])}." if ruled_out else ""
    return f"It looks like a known kind of problem: {fitting.title}.{tail}"


def next_steps(case: SessionSnapshot) -> list[str]:
    unanswered = [f"Finish: {each.what}" for each in done(case) if each.result is None]
    ends = [f"Check for: {title}" for title in solutions_left(case)]
    flows = [f.title for f in case.suggestions if case.flow is None or f.slug != case.flow.slug]
    leads = [f"Try the flow: {title}" for title in flows]
    found = [*unanswered[-1:], *ends, *leads][:MOST_NEXT_STEPS]
    return found or ["Reproduce the problem and note the exact error message and its time."]


def solutions_left(case: SessionSnapshot) -> list[str]:
    """The ends of the flow nobody has come to yet."""
    walked = tree(case)
    seen = {step.flow_node_id for step in case.steps}
    nodes = walked.nodes.items() if walked else ()
    return [node.title for id, node in nodes if isinstance(node, SolutionNode) and id not in seen]
