"""An independent client: the `graphql-ws` package of npm, in Node."""

import json
import subprocess

from tests.clients.node_client import CLIENT, PATIENCE


def test_leaving_in_the_middle_and_coming_back_gives_just_the_stored_message(served, node):
    done = subprocess.run(
        [node, "reconnect.mjs", served.url.replace("http", "ws", 1), "Outlook shows no new mail"],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["first"]
    assert read["rest"]
    assert read["stored"] == {"role": "ASSISTANT", "content": read["first"] + read["rest"]}
