"""Which pages may open a WebSocket."""

import pytest

from hfmcp_site.websockets import SameOriginOnly

pytestmark = pytest.mark.django_db  # of channels, when it turns one away

HTTPS, HTTP = "https://mcp.example.org", "http://mcp.example.org"


async def is_let_in(origin, host="mcp.example.org", scheme="ws"):
    reached = []

    async def application(scope, receive, send):
        reached.append(scope)

    messages = [{"type": "websocket.disconnect", "code": 1001}, {"type": "websocket.connect"}]

    async def receive():
        return messages.pop()

    async def send(message):
        pass

    headers = [(b"origin", origin.encode()), (b"host", host.encode())]
    scope = {"type": "websocket", "scheme": scheme, "path": "/", "headers": headers}
    await SameOriginOnly(application)(scope, receive, send)
    return bool(reached)


@pytest.fixture
def site(settings):
    def be(public_url, *hosts):
        settings.PUBLIC_URL = public_url
        settings.IS_HTTPS = public_url.startswith("https")
        settings.ALLOWED_HOSTS = ["mcp.example.org", *hosts]

    return be


async def test_a_page_of_ours_is_let_in_whatever_host_a_proxy_passes(site):
    site(HTTPS)

    assert await is_let_in(HTTPS)
    assert await is_let_in(HTTPS, host="127.0.0.1:8000")


@pytest.mark.parametrize(
    "origin",
    [HTTP, f"{HTTPS}:444", "https://evil.example", "null", "", "mcp.example.org", f"ftp{HTTP[4:]}"],
)
@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_on_a_site_by_https_no_other_is(site, origin, scheme):
    site(HTTPS)

    assert not await is_let_in(origin, scheme=scheme)


async def test_without_tls_the_schemes_have_to_agree(site):
    site("http://localhost:8000")

    assert await is_let_in(HTTP)
    assert not await is_let_in(HTTPS)
    assert await is_let_in(HTTPS, scheme="wss")
    assert not await is_let_in(HTTP, scheme="wss")


async def test_a_page_of_another_name_of_ours_is_let_in_by_its_own_name(site):
    site(HTTPS, "alias.example.org")

    assert await is_let_in("https://alias.example.org", host="alias.example.org")
    assert not await is_let_in("http://alias.example.org", host="alias.example.org")
    assert not await is_let_in("https://alias.example.org")
