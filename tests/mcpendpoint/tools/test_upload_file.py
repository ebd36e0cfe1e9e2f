"""What upload_file takes, from where, and what it refuses."""

import asyncio
import base64
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from huggingface_hub import HfApi

from accounts.outgoing import pools, public_network
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import content_of
from mcpendpoint.tools.base import ToolError
from tests.accounts.authorization.test_document_fetching import make_certificate
from tests.accounts.conftest import make_user
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Context, call_in

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "files.example.org"


@pytest.fixture
def alice(db):
    return make_user("alice-of-files")


@pytest.fixture
def upload(alice):
    async def upload(*, token=None, **arguments):
        called = await call_in(Context(token, user_id=alice.pk), "upload_file", **arguments)
        file = await StoredFile.objects.aget(user=alice)
        assert called.content["handle"] == file.handle
        return file, await content_of(file)

    return upload


async def refused(alice, **arguments):
    with pytest.raises(ToolError) as caught:
        await call_in(Context(user_id=alice.pk), "upload_file", **arguments)
    assert not await StoredFile.objects.aexists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("uri", "content", "mime_type", "name"),
    [
        (f"data:image/png;base64,{base64.b64encode(b'PNG').decode()}", b"PNG", "image/png", ".png"),
        ("data:,hello%20there", b"hello there", "text/plain", ".txt"),
        ("DATA:text/csv;charset=utf-8,a%2Cb", b"a,b", "text/csv", ".csv"),
    ],
)
async def test_a_data_uri_is_kept(upload, uri, content, mime_type, name):
    file, kept = await upload(source=uri)

    assert kept == content
    assert file.mime_type == mime_type
    assert file.name == f"file{name}"
    assert file.source == "upload_file"


async def test_a_text_is_kept_as_it_is(upload):
    file, kept = await upload(text="  a,b\n1,2\n", name="table.csv")

    assert kept == b"  a,b\n1,2\n"
    assert (file.name, file.size) == ("table.csv", 10)


async def test_the_answer_says_what_there_is_and_how_it_is_shown(alice):
    context = Context(user_id=alice.pk)
    called = await call_in(context, "upload_file", text="x", name="x.txt")

    assert called.content["url"].startswith("http://localhost:8000/files/shared/")
    assert called.content["handle"] in called.text
    assert called.content["size"] == 1


async def test_a_file_of_the_hub_is_read_as_the_caller(upload, hub_side):
    token = fresh_token()
    owner = HfApi(hub_side.url, token=token)
    repo_id = f"{owner.whoami()['name']}/{uuid4().hex[:12]}"
    owner.create_repo(repo_id, private=True)
    content = bytes(range(256)) * 10
    owner.upload_file(path_or_fileobj=content, path_in_repo="a/b.bin", repo_id=repo_id)

    file, kept = await upload(source=f"hf://models/{repo_id}/a/b.bin", token=token)

    assert kept == content
    assert file.name == "b.bin"


async def test_a_private_file_of_another_is_not_there(alice, hub_side):
    said = await refused(alice, source="hf://models/alice/secret/README.md")

    assert "hf://models/alice/secret" in said or "not" in said


@pytest.mark.parametrize(
    "source",
    ["hf://papers/2502.02737", "hf://models/acme/tiny-llm", "hf://nonsense", "hf://docs/x/y"],
)
async def test_what_is_no_file_of_a_repository_is_refused(alice, hub_side, source):
    assert await refused(alice, source=source)


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "http://example.org/x",
        "ftp://example.org/x",
        "data:image/png;base64,***",
        "data:no-comma",
        "x",
    ],
)
async def test_what_cannot_be_a_source_is_refused(alice, source):
    assert "source" in await refused(alice, source=source)


async def test_one_of_source_and_text_is_needed(alice):
    assert "either source or text" in await refused(alice)
    assert "either source or text" in await refused(alice, source="data:,x", text="x")


async def test_nobody_without_an_account_keeps_files():
    with pytest.raises(ToolError, match="http://localhost:8000/files/"):
        await call_in(Context("hf_token"), "upload_file", text="x")


async def test_a_quota_that_is_used_up_is_said(alice, settings):
    settings.FILES_QUOTA_BYTES = 3

    assert "room for 3 bytes" in await refused(alice, text="four")


@pytest.fixture
def connected_to(monkeypatch):
    attempts = []

    async def connect(self, factory, host=None, port=None, **kwargs):
        attempts.append((host, port))
        raise OSError

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
    return attempts


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://93.184.216.34:8443/x",
        "https://user:secret@93.184.216.34/x",
        "https://",
    ],
)
async def test_no_url_leads_into_a_private_network(alice, connected_to, url):
    assert "public address" in await refused(alice, source=url)
    assert connected_to == []


async def test_a_server_that_is_not_reached_is_said_to_be(alice, connected_to, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    assert "could not be fetched" in await refused(alice, source=f"https://{HOST}/x.png")
    assert connected_to


# From here on: what a server does that we connect to. It is on this machine, so the judgment of
# addresses and the port are set aside.


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        match self.path:
            case "/cat%20one.png":
                self.reply(200, b"PNG" * 1_000_000, "image/png", **{"Content-Length": "3000000"})
            case "/unknown-length":
                self.reply(200, b"x" * 1_500_000, "image/png")
            case "/moved":
                self.reply(302, b"", Location="/cat%20one.png")
            case "/inside":
                self.reply(302, b"", Location="http://127.0.0.1/secret")
            case "/round":
                self.reply(302, b"", Location="/round")
            case "/short":
                self.reply(200, b"x" * 10, **{"Content-Length": "3000"})
            case _:
                self.reply(404, b"no")

    def reply(self, status, body, kind="text/plain", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def site(tmp_path, monkeypatch):
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=certificate)
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: paths)
    pools.tls_context.cache_clear()
    monkeypatch.setattr(public_network, "is_public", lambda ip: ip.is_loopback)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.handle_error = lambda *args: None  # those whom we hang up on
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(public_network, "HTTPS_PORT", server.server_port)
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
    pools.tls_context.cache_clear()


@pytest.mark.parametrize("path", ["cat%20one.png", "moved"])
async def test_a_file_on_the_web_is_kept_also_where_it_moved(upload, site, path):
    file, kept = await upload(source=f"{site}/{path}")

    assert kept == b"PNG" * 1_000_000
    assert (file.name, file.mime_type) == ("cat one.png", "image/png")
    assert len(file.pieces) == 3


async def test_a_file_whose_length_nobody_tells_counts_for_what_came(upload, site):
    file, _ = await upload(source=f"{site}/unknown-length")

    assert file.size == 1_500_000


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("missing", "status 404"),
        ("inside", "public address"),
        ("round", "too many redirects"),
        ("short", "could not be fetched"),
    ],
)
async def test_an_answer_that_is_no_file_is_not_kept(alice, site, path, said):
    assert said in await refused(alice, source=f"{site}/{path}")


@pytest.mark.parametrize("path", ["cat%20one.png", "unknown-length"])
async def test_a_file_that_is_too_large_is_not_kept(alice, site, settings, path):
    settings.FILES_MAX_BYTES = 1_200_000

    assert "1.2 MB at most" in await refused(alice, source=f"{site}/{path}")
