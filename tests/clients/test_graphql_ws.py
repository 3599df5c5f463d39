"""An independent client: the `graphql-ws` package of npm, in Node."""


def test_leaving_in_the_middle_and_coming_back_gives_just_the_stored_message(served, node):
    address = served.url.replace("http", "ws", 1)
    read = node("reconnect.mjs", address, "Outlook shows no new mail")
    assert read["first"]
    assert read["rest"]
    assert read["stored"] == {"role": "ASSISTANT", "content": read["first"] + read["rest"]}
