"""A technician's work with the client that ariadne-codegen makes of the documents; prints what the
models of it hold. Nothing here is ours but the documents.

    python work.py FOLDER_OF_THE_PACKAGE http://127.0.0.1:8000/graphql
"""

import asyncio
import json
import sys

folder, url = sys.argv[1:]
sys.path.insert(0, folder)

from work_client import (  # noqa: E402
    Client,
    CreateSessionInput,
    DeleteSessionInput,
    IntakeInput,
    MessageRating,
    RateMessageInput,
    SendChatMessageInput,
    SessionType,
)


async def read_answer(client, session, generation):
    """The text and the message of an answer, from its cursor on."""
    text = ""
    async for told in client.work_answer_subscription(session=session, after=generation.cursor):
        event = told.chat_tokens
        text += getattr(event, "text", "")
        if event.generation.id == generation.id and getattr(event, "message", None):
            return text, event.message
    raise AssertionError("the stream ended before the answer")


async def until_removed(events):
    async for told in events:
        if told.dashboard_events.typename__ == "DashboardSessionRemoved":
            return told.dashboard_events
    raise AssertionError("the stream ended before the removal")


async def work():
    async with Client(url=url, ws_url=url.replace("http", "ws", 1)) as client:
        dashboard = client.work_dashboard_subscription()
        snapshot = (await anext(dashboard)).dashboard_events
        removal = asyncio.ensure_future(until_removed(dashboard))
        intake = IntakeInput(text="Outlook shows no new mail")
        asked = CreateSessionInput(sessionType=SessionType.CHAT, intake=intake)
        started = (await client.work_start_mutation(input=asked)).create_session
        session = started.session.id
        await read_answer(client, session, started.generation)

        asked = SendChatMessageInput(sessionId=session, content="Only on the phone")
        sent = (await client.work_send_mutation(input=asked)).send_chat_message
        text, message = await read_answer(client, session, sent.generation)
        asked = RateMessageInput(messageId=message.id, rating=MessageRating.UP)
        rated = (await client.work_rate_mutation(input=asked)).rate_message
        read = (await client.work_read_query(id=session)).session
        asked = DeleteSessionInput(sessionId=session)
        deleted = (await client.work_delete_mutation(input=asked)).delete_session
        removed = await removal
    return {
        "snapshot": snapshot.typename__,
        "sent": sent.chat_message.content,
        "streamed": text,
        "messages": [edge.node.content for edge in read.messages.edges],
        "rated": {"id": rated.chat_message.id, "rating": rated.chat_message.rating},
        "answer": message.id,
        "session": session,
        "deleted": deleted.deleted_session_id,
        "removed": {"sessionId": removed.session_id, "reason": removed.reason},
    }


print(json.dumps(asyncio.run(work())))
