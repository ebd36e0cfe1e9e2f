"""A sign-in that misbehaves: it answers correctly but for what a test changes.

The code that it is sent is the nonce that its ID token shall have.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

TOKEN, KEYS, PERSON = "/oauth/token", "/oauth/jwks", "/oauth/userinfo"  # noqa: S105 - a path
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k", "use": "sig"}
HF_ID = "0123456789abcdef01234567"


@dataclass
class Reply:
    body: bytes | Iterator[bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass
class OddProvider:
    url: str = ""
    client_id: str = "odd-client"
    change: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    """By path: the right answer -> what is answered, a value for JSON or a Reply."""
    claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    asked: list[str] = field(default_factory=list)

    def reply(self, path: str, form: dict[str, list[str]]) -> Reply:
        self.asked.append(path)
        right: Any = {
            TOKEN: lambda: self._tokens(form),
            KEYS: lambda: {"keys": [PUBLIC_KEY]},
            PERSON: lambda: {"sub": HF_ID, "preferred_username": "ada", "picture": None},
        }[path]()
        answer = self.change.get(path, lambda same: same)(right)
        return answer if isinstance(answer, Reply) else Reply(json.dumps(answer).encode())

    def _tokens(self, form: dict[str, list[str]]) -> dict[str, Any]:
        tokens = {
            "access_token": "hf_oauth_ada_1",
            "refresh_token": "refresh-1",
            "token_type": "bearer",
            "expires_in": 3_600,
            "scope": "openid profile",
        }
        if form["grant_type"] == ["refresh_token"]:
            return tokens | {"access_token": "hf_oauth_ada_2", "refresh_token": "refresh-2"}
        return tokens | {"id_token": self._id_token(form["code"][0])}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.client_id, "sub": HF_ID, "nonce": nonce}
        claims = self.claims(claims | {"iat": now, "exp": now + 600})
        return jwt.encode(claims, KEY, "RS256", headers={"kid": "k"})


@contextmanager
def odd_provider() -> Iterator[OddProvider]:
    provider = OddProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(provider.reply(self.path, {}))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(provider.reply(self.path, parse_qs(sent.decode())))

        def _send(self, reply: Reply) -> None:
            pieces = iter([reply.body]) if isinstance(reply.body, bytes) else reply.body
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
