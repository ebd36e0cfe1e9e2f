"""Where a URL that a stranger chose may lead."""

import asyncio
import socket

import pytest

from accounts.outgoing import errors
from accounts.outgoing.asking import Request, ask
from accounts.outgoing.pools import DOCUMENTS, STORAGE, STORAGE_NETWORK


async def ask_for(url, pool=STORAGE):
    return await ask(pool, Request("GET", url, {}), max_bytes=10, seconds=5)


@pytest.fixture
def connected_to(monkeypatch) -> list[tuple[str, int]]:
    """Whom it was tried to connect to, while nobody is there."""
    attempts = []

    async def connect(self, factory, host=None, port=None, **kwargs):
        attempts.append((host, port))
        raise OSError

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
    return attempts


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """What names are looked up to; an address is itself."""
    known: dict[str, list[str]] = {}

    def look_up(host, port, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in known.get(name, [name])
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "http://127.0.0.1/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[2002:a00:1::]/x",
        "https://[2001::1]/x",
        "http://93.184.216.34/x",
        "https://93.184.216.34:8443/x",
        "https://93.184.216.34:80/x",
        "https://192.0.0.8/x",
    ],
)
async def test_storage_is_of_the_internet_and_at_the_port_of_https(
    settings, connected_to, names, url
):
    settings.HF_ENDPOINT = "https://huggingface.co"

    with pytest.raises(errors.NotPublic):
        await ask_for(url)
    with pytest.raises(errors.NotPublic):
        await STORAGE_NETWORK.find(url)

    assert connected_to == []


async def test_what_was_judged_is_what_is_connected_to(connected_to, names):
    names["storage.example"] = ["93.184.216.34", "93.184.216.35"]

    with pytest.raises(errors.NotReached):
        await ask_for("https://storage.example/x")

    assert connected_to == [("93.184.216.34", 443), ("93.184.216.35", 443)]


@pytest.mark.parametrize("among", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], []])
async def test_a_name_is_judged_by_every_address_that_it_has(connected_to, names, among):
    names["storage.example"] = among

    with pytest.raises((errors.NotPublic, errors.NotReached)):
        await ask_for("https://storage.example/x")

    assert connected_to == []


async def test_a_client_document_may_be_at_any_port(connected_to, names):
    with pytest.raises(errors.NotReached):
        await ask_for("https://93.184.216.34:8443/client.json", DOCUMENTS)

    assert connected_to == [("93.184.216.34", 8443)]


async def test_storage_beside_a_hub_on_this_machine_is_on_this_machine(settings, names):
    settings.HF_ENDPOINT = "http://127.0.0.1:5000"
    names["localhost"] = ["127.0.0.1"]

    with pytest.raises(errors.NotReached):
        await ask_for("http://localhost:9/x")
    with pytest.raises(errors.NotPublic):
        await ask_for("http://93.184.216.34/x")
    with pytest.raises(errors.NotPublic):
        await ask_for("https://10.0.0.1/x")


async def test_a_client_document_is_never_on_this_machine(settings, connected_to, names):
    settings.HF_ENDPOINT = "http://127.0.0.1:5000"

    with pytest.raises(errors.NotPublic):
        await ask_for("https://127.0.0.1/client.json", DOCUMENTS)

    assert connected_to == []
