"""Hosts and origins are never asked for twice here: what is decided of one is remembered."""

import pytest

from mcpendpoint.protocol.security import (
    cors_headers,
    is_host_served,
    is_origin_served,
    preflight_headers,
    public_base,
)
from tests.mcpendpoint.heads import make_head


def head_from(origin):
    return make_head(headers=[("Origin", origin)])


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]", "[::1]:8000", "LOCALHOST"]
)
def test_our_own_hosts_are_served(host):
    assert is_host_served(make_head(host=host))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost:8000@evil.example",
        "localhost evil.example",
        "localhost:port",
        "127.1",
        "",
        " ",
        "[::1",
        "::1",
        "localhost/../evil",
        "localhost\x00",
    ],
)
def test_other_hosts_are_not_served(host):
    assert not is_host_served(make_head(host=host))


def test_a_request_with_no_host_or_two_is_not_served():
    assert not is_host_served(make_head(host=None))
    assert not is_host_served(make_head(headers=[("Host", "localhost")]))
    assert not is_host_served(make_head(headers=[("Host", "evil.example")]))


def test_a_request_without_an_origin_is_no_browsers_and_is_served():
    assert is_origin_served(make_head())


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:8000", "http://localhost:6274", "https://127.0.0.1", "http://[::1]"],
)
def test_pages_of_ours_and_of_this_machine_are_served(origin):
    assert is_origin_served(head_from(origin))


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "https://localhost.evil.example",
        "http://localhost@evil.example",
        "http://localhost/",
        "http://localhost?x",
        "file://localhost",
        "localhost",
        "chrome-extension://localhost",
        "http://[::1",
        "http://localhost:8000, http://evil.example",
        "http://",
    ],
)
def test_pages_of_others_are_not_served(origin):
    assert not is_origin_served(head_from(origin))


def test_a_request_with_two_origins_is_not_served():
    origins = [("Origin", "http://localhost:8000"), ("Origin", "http://localhost:8000")]

    assert not is_origin_served(make_head(headers=origins))


def test_an_origin_of_the_setting_is_served(settings):
    settings.MCP_ALLOWED_ORIGINS = ["https://inspector.example"]

    assert is_origin_served(head_from("https://inspector.example"))
    assert not is_origin_served(head_from("https://inspector.example:444"))
    assert not is_origin_served(head_from("http://inspector.example"))


@pytest.mark.parametrize(
    "origin",
    ["https://any.example", "http://any.example:81", "chrome-extension://abcdefghijklmnop"]
    + ["moz-extension://3c0f-1", "vscode-webview://17vq2o", "app://obsidian.md", "file://"]
    + ["tauri://localhost", "capacitor://localhost", "https://[2001:db8::1]:8443"],
)
def test_every_site_extension_and_app_is_served_when_the_setting_says_so(settings, origin):
    settings.MCP_ALLOWED_ORIGINS = ["*"]

    assert is_origin_served(head_from(origin))


@pytest.mark.parametrize(
    "origin", ["Null", "nulL", "", "https://", "https://a.example/", "https://a@any.example", "x"]
)
def test_what_is_no_origin_is_not_served_even_then(settings, origin):
    settings.MCP_ALLOWED_ORIGINS = ["*"]

    assert not is_origin_served(head_from(origin))


@pytest.mark.parametrize(
    ("allowed", "served", "refused"),
    [
        ("chrome-extension://abc", "chrome-extension://abc", "chrome-extension://abd"),
        ("vscode-webview://*", "vscode-webview://anything", "vscode-file://anything"),
        ("app://named.md", "app://named.md", "app://other.md"),
    ],
)
def test_extensions_and_apps_are_served_that_the_setting_names(settings, allowed, served, refused):
    settings.MCP_ALLOWED_ORIGINS = [allowed]

    assert is_origin_served(head_from(served))
    assert not is_origin_served(head_from(refused))


def test_a_preflight_of_a_site_for_a_private_network_is_answered():
    head = make_head(
        method="OPTIONS",
        headers=[
            ("Origin", "http://localhost:6274"),
            ("Access-Control-Request-Private-Network", "true"),
        ],
    )

    headers = preflight_headers(head)

    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert "DELETE" in headers["Access-Control-Allow-Methods"]


def test_a_loopback_page_may_not_reach_a_public_deployment(settings):
    settings.ALLOWED_HOSTS = ["mcp.example.org"]

    assert not is_origin_served(head_from("http://localhost:4711"))


def test_an_answer_to_a_browser_is_for_its_origin_alone():
    headers = cors_headers(head_from("http://localhost:6274"))

    assert headers["Access-Control-Allow-Origin"] == "http://localhost:6274"
    assert headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Mcp-Session-Id" in headers["Access-Control-Expose-Headers"]
    assert "WWW-Authenticate" in headers["Access-Control-Expose-Headers"]


def test_an_answer_to_no_browser_says_nothing_of_origins():
    assert cors_headers(make_head()) == {}


def test_an_answer_to_a_page_that_is_not_served_cannot_be_read_by_it():
    assert cors_headers(head_from("http://reader.evil.example")) == {}


def test_a_preflight_allows_what_mcp_clients_send():
    head = make_head(
        method="OPTIONS",
        headers=[
            ("Origin", "http://localhost:6274"),
            ("Access-Control-Request-Headers", "authorization, mcp-param-region, x-evil"),
        ],
    )

    headers = preflight_headers(head)

    allowed = headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "mcp-protocol-version", "mcp-method"} <= set(allowed)
    assert {"mcp-name", "mcp-session-id", "mcp-param-region"} <= set(allowed)
    assert "x-evil" not in allowed
    assert "POST" in headers["Access-Control-Allow-Methods"]


def test_a_preflight_echoes_no_line_breaks_and_no_more_than_a_few_names():
    names = ", ".join(f"mcp-param-{n}" for n in range(1_000))
    head = make_head(method="OPTIONS", headers=[("Access-Control-Request-Headers", names)])

    assert len(preflight_headers(head)["Access-Control-Allow-Headers"].split(", ")) < 100


def test_we_are_where_public_url_says_whatever_a_proxy_passes(settings):
    settings.PUBLIC_URL = "https://mcp.example.org:8443"

    for host in ("mcp.example.org:8443", "mcp.example.org", "127.0.0.1:8000"):
        assert public_base(make_head(host=host)) == "https://mcp.example.org:8443"


def test_without_public_url_we_are_where_the_client_found_us(settings):
    settings.IS_PUBLIC_URL_SET = False

    assert public_base(make_head(host="127.0.0.1:9000")) == "http://127.0.0.1:9000"
