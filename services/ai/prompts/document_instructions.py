"""The instruction for each kind of document: audience, sections and length."""

from models import GenerationKind
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length


def heading_lines(*titles: str) -> str:
    return "\n".join(f"## {title}" for title in titles)


TICKET_NOTES = f"""\
Write the ticket notes, for technicians who may have to take up the ticket again. Exactly \
these four sections, each with this heading, in this order, and nothing above the first:

{heading_lines("Problem", "What we confirmed", "Root cause", "Resolution")}

If no root cause was confirmed, say so there and name the likeliest one as an assumption."""

ESCALATION_PACKAGE = f"""\
Write the escalation package, for the senior engineer who takes over and must not have to ask \
again. Exactly these five sections, each with this heading, in this order, and nothing above \
the first:

{
    heading_lines(
        "Problem",
        "What we've confirmed",
        "What we've tried",
        "Current hypothesis",
        "Suggested next steps",
    )
}

List every attempt with its result. Number the next steps, the most promising first."""

KNOWLEDGE_ARTICLE = f"""\
Write a knowledge article from which another engineer can solve the same problem at another \
client. A title as the only heading of the first level, then these sections:

{heading_lines("Symptoms", "Cause", "Solution", "How to verify", "Prevention")}

Leave out everything that belongs to this client alone: people, machines, addresses, ticket \
numbers. Make the solution numbered steps. Leave out the section on prevention if nothing \
speaks to it."""

CLIENT_SUMMARY = """\
Write a summary for the client, who is no technician: what was wrong, what was done, how things \
stand, and what they need to do, if anything. Plain words, no jargon, no blame, no internal \
detail, no headings, at most three short paragraphs."""

BY_KIND = {
    GenerationKind.TICKET_NOTES: TICKET_NOTES,
    GenerationKind.ESCALATION_PACKAGE: ESCALATION_PACKAGE,
    GenerationKind.KNOWLEDGE_ARTICLE: KNOWLEDGE_ARTICLE,
    GenerationKind.CLIENT_SUMMARY: CLIENT_SUMMARY,
}

BY_AUDIENCE = {
    Audience.TICKET_NOTES: """\
Write a status update for the ticket, read by technicians: what was found and done, with \
results, and what comes next. Technical, terse, no greeting.""",
    Audience.CLIENT_UPDATE: """\
Write a status update for the client, who is no technician: how things stand, what it means for \
them, and what happens next. Friendly and professional, plain words, no jargon, no internal \
detail, no promise of a time.""",
    Audience.EMAIL_DRAFT: """\
Write an e-mail to the client about how things stand, in plain words and without jargon. The \
first line begins with "Subject:"; then an empty line, a greeting, the text, and a closing with \
the engineer's name as given in the facts. Use no name for the client that the material does not \
give.""",
    Audience.REQUEST_INFO: """\
Write a message to the client that asks for what is still missing to go on. One sentence on why, \
then the questions as a numbered list, each answerable by somebody who is no technician, the \
most important first. Never ask for passwords, keys or codes.""",
}

BY_LENGTH = {
    Length.QUICK: "Keep the text to one or two sentences.",
    Length.DETAILED: "Give the whole picture, in a few short paragraphs or a list.",
}

QUESTIONS_BY_LENGTH = {
    Length.QUICK: "Ask at most three questions: those without which the work stands still.",
    Length.DETAILED: "Ask for everything that is missing, and say where the answer can be found.",
}


def document_instruction(
    kind: GenerationKind, audience: Audience | None, length: Length | None
) -> str:
    if kind is not GenerationKind.STATUS_UPDATE:
        return BY_KIND[kind]
    audience = audience or Audience.TICKET_NOTES
    lengths = QUESTIONS_BY_LENGTH if audience is Audience.REQUEST_INFO else BY_LENGTH
    return f"{BY_AUDIENCE[audience]}\n\n{lengths[length or Length.QUICK]}"
