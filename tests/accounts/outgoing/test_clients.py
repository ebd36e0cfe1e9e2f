"""Many callers share a client, so it must carry nothing from one to the next."""

import pytest

from accounts.outgoing.asking import Request, ask
from accounts.outgoing.callers import acting_for
from accounts.outgoing.pools import HUB, SPACES, STREAMS
from tests.accounts.outgoing.strangers import saying, stranger

PLANTED = (
    b"HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: 0\r\n"
    b"Set-Cookie: session=of-alice; Path=/\r\n"
    b"Set-Cookie: parent=of-alice; Domain=hf.space; Path=/\r\n"
    b"Set-Cookie: parent=of-alice; Domain=.localhost; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT"
    b"\r\nSet-Cookie2: old=of-alice\r\n"
    b'WWW-Authenticate: Digest realm="x", nonce="y"\r\n'
    b"Location: /elsewhere\r\n\r\n"
)


def get(url, **headers):
    return Request("GET", url, headers)


@pytest.mark.parametrize("pool", [HUB, SPACES, STREAMS], ids=lambda pool: pool.name)
@pytest.mark.parametrize("status", [200, 302, 401, 500])
async def test_nothing_of_one_callers_exchange_goes_out_with_anothers(pool, status):
    async with stranger(saying(PLANTED % status)) as server:
        for host in ("localhost", "localhost", "127.0.0.1"):
            url = server.url.replace("127.0.0.1", host)
            with acting_for(f"caller {len(server.heads)}"):
                await ask(pool, get(url, authorization="Bearer x"), max_bytes=10, seconds=5)
        await ask(pool, get(url), max_bytes=10, seconds=5)

    assert len(server.heads) == 4  # no redirect was followed, no challenge answered
    assert not [head for head in server.heads if b"cookie" in head.lower()]
    assert b"authorization" not in server.heads[3].lower()


async def test_it_is_asked_for_what_is_not_compressed():
    async with stranger(saying(PLANTED % 200)) as server:
        await ask(HUB, get(server.url), max_bytes=10, seconds=5)

    assert b"accept-encoding: identity" in server.heads[0].lower()
