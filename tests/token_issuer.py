"""An identity provider: it signs tokens, and publishes its keys at an address over HTTP."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ISSUER = "https://issuer.example"
AUDIENCE = "sessions"
#: Seconds.
BRIEF = 4
#: How soon the server of the keys notices that it is to stop.
POLL_SECONDS = 0.02


@dataclass
class Key:
    kid: str
    private: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    algorithm: str = "RS256"

    @property
    def public(self) -> dict[str, Any]:
        kind = jwt.get_algorithm_by_name(self.algorithm)
        data = kind.to_jwk(self.private.public_key(), as_dict=True)
        return data | {"kid": self.kid, "use": "sig"}

    @property
    def pem(self) -> bytes:
        """What anybody can know of it."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def elliptic(kid: str) -> Key:
    return Key(kid, ec.generate_private_key(ec.SECP256R1()), "ES256")


def claims(**given: Any) -> dict[str, Any]:
    """Those of Ana, for an hour; None takes one away."""
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ana",
        "iat": now,
        "exp": now + 3600,
        "account": "acme",
        "name": "Ana",
        "email": "ana@acme.example",
        "role": "engineer",
    } | given
    return {name: value for name, value in said.items() if value is not None}


@dataclass
class Issuer:
    keys: list[Key]
    url: str = ""
    token_url: str = ""
    asked: int = 0
    answers: bool = True
    #: While set, answers come byte by byte and never end.
    drips: threading.Event = field(default_factory=threading.Event)
    #: Requests that are being answered.
    pending: int = 0

    def token(self, key: Key | None = None, **given: Any) -> str:
        signer = key or self.keys[-1]
        headers = {"kid": signer.kid}
        return jwt.encode(claims(**given), signer.private, signer.algorithm, headers)

    def answer(self, path: str) -> str:
        """Its keys; or a token of Ana's that ends soon, for whoever asks for one."""
        if path == "/token":
            return self.token(exp=int(time.time()) + BRIEF)
        return json.dumps({"keys": [key.public for key in self.keys]})

    def settings(self, **more: str) -> dict[str, str]:
        """For a server that trusts it."""
        return {
            "SESSIONS_AUTH": "required",
            "SESSIONS_JWT_ISSUER": ISSUER,
            "SESSIONS_JWT_AUDIENCE": AUDIENCE,
            "SESSIONS_JWT_JWKS_URL": self.url,
        } | more


@contextmanager
def issuing() -> Iterator[Issuer]:
    issuer = Issuer([Key("first")])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            issuer.pending += 1
            try:
                self.drip() if issuer.drips.is_set() else self.respond()
            except OSError:
                pass  # the client has given up
            finally:
                issuer.pending -= 1

        def drip(self) -> None:
            self.send_response(200)
            self.end_headers()
            while issuer.drips.is_set():
                self.wfile.write(b" ")
                time.sleep(POLL_SECONDS)

        def respond(self) -> None:
            body = issuer.answer(self.path).encode()
            self.send_response(200 if issuer.answers else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = f"http://127.0.0.1:{server.server_address[1]}"
        issuer.url, issuer.token_url = f"{here}/keys", f"{here}/token"
        thread = threading.Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True)
        thread.start()
        yield issuer
        server.shutdown()
        thread.join()
