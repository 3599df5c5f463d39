"""An independent client: the `graphql-ws` package of npm, in Node."""

from tests.fakes.stepped_answers import answering
from tests.server_process import serving

#: The answer repeats it, for eight seconds: so long the client may take to come for its middle.
QUESTION = "Outlook shows no new mail. " * 16


def test_leaving_in_the_middle_and_coming_back_gives_just_the_stored_message(database_url, node):
    with (
        answering(delay=0.1) as provider,
        serving(DATABASE_URL=database_url, **provider.settings) as server,
    ):
        read = node("reconnect.mjs", server.url.replace("http", "ws", 1), QUESTION)
    assert read["first"]
    assert read["rest"]
    assert read["stored"] == {"role": "ASSISTANT", "content": read["first"] + read["rest"]}
