"""How documents about clients are fetched: from public addresses, within a few seconds."""

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.authorization.models import Application
from accounts.outgoing import pools, public_network
from tests.accounts.authorization.documents import CLIENT_ID, document
from tests.accounts.authorization.flow import App

pytestmark = pytest.mark.django_db


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[::127.0.0.1]",
        "localhost.",
    ],
)
def test_no_connection_is_made_to_this_machine(alice_client, listener, host):
    url = f"https://{host}:{listener.getsockname()[1]}/client.json"

    answer = alice_client.get(App(url).authorize_url())

    assert answer.status_code in {400, 503}
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.fixture
def connected_to(monkeypatch) -> list[object]:
    """Collect what somebody wants to connect to; nobody gets there."""
    attempts: list[object] = []

    async def connect(loop, factory, host=None, port=None, **options):
        attempts.append(host)
        raise OSError

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
    return attempts


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/client.json",
        "https://172.16.0.1/client.json",
        "https://192.168.1.1/client.json",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/client.json",
        "https://0.0.0.0/client.json",
        "https://192.0.0.1/client.json",
        "https://198.18.0.1/client.json",
        "https://255.255.255.255/client.json",
        "https://224.0.0.1/client.json",
        "https://[fe80::1]/client.json",
        "https://[fc00::1]/client.json",
        "https://[fec0::1]/client.json",
        "https://[ff02::1]/client.json",
        "https://[::]/client.json",
        "https://[::ffff:10.0.0.1]/client.json",
        "https://[::10.0.0.1]/client.json",
        "https://[64:ff9b::a00:1]/client.json",
        "https://[64:ff9b:1::a00:1]/client.json",
        "https://[2002:7f00:1::]/client.json",
        "http://client.example/client.json",
        "https://user:secret@client.example/client.json",
        "https://client.example/client.json#x",
        "https://client.example/../client.json",
        "https://client.example",
        "https:///client.json",
        "https://client.example:99999/client.json",
        "HTTPS://10.0.0.1/client.json",
        "https://10.0.0.1/" + "x" * 300,
        "file:///etc/passwd",
    ],
)
def test_no_other_network_is_reached_that_is_not_public(alice_client, connected_to, url):
    answer = alice_client.get(App(url).authorize_url())

    assert answer.status_code == 400
    assert connected_to == []
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["192.0.32.7", "127.0.0.1"],
        ["::127.0.0.1"],
        ["64:ff9b:1::a9fe:a9fe"],
        ["fec0::1"],
        ["192.0.32.7", "fe80::1%eth0"],
    ],
)
def test_a_name_is_judged_by_every_address_that_it_has(
    alice_client, connected_to, monkeypatch, addresses
):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    assert alice_client.get(App(CLIENT_ID).authorize_url()).status_code == 400
    assert connected_to == []


# From here on: what a server can do that we do connect to. It is on this machine, so the judgment
# of addresses is set aside; everything else is as it is.


def make_certificate(folder) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(files[0]), str(files[1])


class Answers(BaseHTTPRequestHandler):
    paths: list[str] = []

    def do_GET(self):
        self.paths.append(self.path)
        about = json.dumps(
            document(client_id=f"https://localhost:{self.server.server_port}{self.path}")
        ).encode()
        match self.path:
            case "/good.json":
                self.reply(200, about)
            case "/moved.json":
                self.reply(302, about, Location="/good.json")
            case "/page.json":
                self.reply(200, about, "text/html")
            case "/large.json":
                self.reply(200, about[:-1] + b" " * 20_000 + b"}")
            case "/busy.json":
                self.reply(429, about)
            case "/slow.json":
                self.reply(200, b"")
                self.trickle(b" ")
            case "/slow-head.json":
                self.send_response(200)
                self.flush_headers()
                self.trickle(b"X: y\r\n")
            case _:
                self.reply(404, about)

    def reply(self, status, body, content_type="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def trickle(self, piece):
        for _ in range(50):
            self.wfile.write(piece)
            time.sleep(0.1)

    def log_message(self, *args):
        pass


@pytest.fixture
def publisher(tmp_path, monkeypatch, settings) -> Iterator[str]:
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=certificate)
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: paths)
    pools.tls_context.cache_clear()
    monkeypatch.setattr(public_network, "is_public", lambda ip: ip.is_loopback)
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"CIMD_FETCH_TIMEOUT_SECONDS": 1}
    Answers.paths.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.handle_error = lambda *args: None  # those whom we hang up on
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
    pools.tls_context.cache_clear()


def test_a_document_is_fetched_with_tls_and_a_verified_name(alice_client, publisher):
    assert alice_client.get(App(f"{publisher}/good.json").authorize_url()).status_code == 200

    by_address = publisher.replace("localhost", "127.0.0.1")
    assert alice_client.get(App(f"{by_address}/good.json").authorize_url()).status_code == 503


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("moved", 400),
        ("page", 400),
        ("large", 400),
        ("missing", 400),
        ("slow", 503),
        ("slow-head", 503),
        ("busy", 503),
    ],
)
def test_a_document_is_not_followed_elsewhere_nor_read_for_ever(
    alice_client, publisher, path, status
):
    started = time.monotonic()

    answer = alice_client.get(App(f"{publisher}/{path}.json").authorize_url())

    assert answer.status_code == status
    assert Answers.paths == [f"/{path}.json"]
    assert time.monotonic() - started < 4
