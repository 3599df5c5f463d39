"""How many files of the product one operation enters, from the request's bytes to the last event.

    PYTHONPATH=. .venv/bin/python benchmarks/code_walks.py [--files]

A real server runs in a child process with `sys.setprofile`. A walk counts a file if each of several
runs calls a function in it, so that background work does not count. `sendChatMessage` includes one
subscriber over server-sent events, to the end of the answer; both operations are warm.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2

PROJECT = Path.cwd()
RUNS = 5
PACKAGES = (
    "models",
    "storage",
    "services",
    "queries",
    "realtime",
    "execution",
    "schema",
    "resolvers",
    "server",
)

CREATE = """
mutation ($type: SessionType!, $text: String!) {
  createSession(input: { sessionType: $type, title: "A walk", intake: { text: $text } }) {
    ... on CreateSessionSuccess {
      generation { id }
      session { id ... on GuidedSession { currentStep { id options { value } } } }
    }
  }
}
"""
SEND = """
mutation ($id: ID!) {
  sendChatMessage(input: { sessionId: $id, content: "It still shows no new mail" }) {
    ... on SendChatMessageSuccess { generation { id cursor } }
  }
}
"""
FOLLOW = """
subscription ($id: ID!) {
  generationEvents(generationId: $id) { cursor ... on TokenDelta { text } }
}
"""
RESPOND = """
mutation ($id: ID!, $step: ID!, $option: String!) {
  respondToStep(input: { sessionId: $id, stepId: $step, answer: { option: $option } }) {
    ... on RespondToStepSuccess { session { currentStep { id content } } }
  }
}
"""
LIST = "{ sessions(first: 10) { edges { node { id displayTitle status updatedAt } } } }"


def serve(result: str) -> None:
    """`sessions serve`, which records between SIGUSR1 and SIGUSR2 which files it enters."""
    from server.cli.main import main

    entered: set[str] = set()

    def profile(frame: Any, event: str, _argument: Any) -> None:
        if event == "call":
            entered.add(frame.f_code.co_filename)

    def start(*_: Any) -> None:
        entered.clear()
        sys.setprofile(profile)

    def stop(*_: Any) -> None:
        sys.setprofile(None)
        Path(result).write_text(json.dumps(sorted(entered)))

    signal.signal(signal.SIGUSR1, start)
    signal.signal(signal.SIGUSR2, stop)
    sys.argv = ["sessions", "serve", "--port", "0"]
    main()


class Walker:
    def __init__(self, process: subprocess.Popen[str], url: str, result: Path) -> None:
        self._process = process
        self._client = httpx2.Client(timeout=60)
        self._url = url
        self._result = result

    def ask(self, operation: str, **variables: Any) -> Any:
        response = self._client.post(self._url, json={"query": operation, "variables": variables})
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    def follow(self, generation_id: str) -> None:
        request = {"query": FOLLOW, "variables": {"id": generation_id}}
        headers = {"accept": "text/event-stream"}
        with self._client.stream("POST", self._url, json=request, headers=headers) as events:
            for _ in events.iter_lines():
                pass

    def create(self, kind: str, text: str) -> Any:
        created = self.ask(CREATE, type=kind, text=text)["createSession"]
        if created["generation"]:
            self.follow(created["generation"]["id"])
        return created["session"]

    def files(self, walk: Any, *given: Any) -> set[str]:
        """The files of the product that `walk` enters."""
        self._result.unlink(missing_ok=True)
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(0.05)
        walk(*given)
        self._process.send_signal(signal.SIGUSR2)
        while not self._result.exists() or not self._result.read_text():
            time.sleep(0.01)
        names = json.loads(self._result.read_text())
        found = {os.path.relpath(name, PROJECT) for name in names if name.startswith("/")}
        return {name for name in found if name.split("/")[0] in PACKAGES}

    def send_message(self, session: Any) -> None:
        sent = self.ask(SEND, id=session["id"])
        self.follow(sent["sendChatMessage"]["generation"]["id"])

    def respond(self, session: Any) -> None:
        step = session["currentStep"]
        option = step["options"][0]["value"]
        self.ask(RESPOND, id=session["id"], step=step["id"], option=option)

    def list_sessions(self) -> None:
        self.ask(LIST)


def measure(walker: Walker) -> dict[str, set[str]]:
    walks: dict[str, list[set[str]]] = {"sendChatMessage": [], "respondToStep": [], "sessions": []}
    for run in range(RUNS + 2):
        chat = walker.create("CHAT", "Outlook shows no new mail since this morning")
        guided = walker.create("GUIDED", "the vpn keeps disconnecting")
        time.sleep(2)  # titles are written meanwhile
        found = {
            "sendChatMessage": walker.files(walker.send_message, chat),
            "respondToStep": walker.files(walker.respond, guided),
            "sessions": walker.files(walker.list_sessions),
        }
        if run >= 2:
            for name, files in found.items():
                walks[name].append(files)
    return {name: set.intersection(*sets) for name, sets in walks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", action="store_true", help="print the files too")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        return serve(asked.serve)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        result = Path(folder) / "entered.json"
        process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(result)],
            env=os.environ | {"SESSIONS_DATA_DIR": f"{folder}/data", "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            url = next(line.split()[1] for line in process.stdout if line.startswith("GraphQL"))
            time.sleep(2)
            report(measure(Walker(process, url, result)), asked.files)
        finally:
            process.terminate()
            process.wait()


def report(walks: dict[str, set[str]], with_files: bool) -> None:
    for name, files in walks.items():
        packages = Counter(file.split("/")[0] for file in files)
        print(f"{name}: {len(files)} files ({', '.join(f'{p} {n}' for p, n in packages.items())})")
        if with_files:
            print("  " + "\n  ".join(sorted(files)))


if __name__ == "__main__":
    main()
