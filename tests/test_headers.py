"""What browsers are told to do, and not to do, with whatever we send them."""

import re

import httpx
import pytest

from accounts.models import User
from tests.live.people import post_form
from tests.live.product import start_product
from tests.mcpendpoint.wire import BOTH, Wire, modern, modern_headers, request
from tests.ports import free_port
from tests.routes import all_routes, path_of

PUBLIC = "https://mcp.example.org"
# What clients fetch without a person, the same for everybody.
FOR_ALL = r"\.well-known/|oauth/jwks"


def something(converter: str, name: str) -> str:
    return {"int": "1", "format_name": "csv"}.get("int" if converter == "int" else name, "alice")


PATHS = [path_of(route, something).removeprefix("/") for route in all_routes()]
PERSONAL = [
    path for path in PATHS if not re.match(FOR_ALL, path) and not path.rstrip("/").endswith("mcp")
]


@pytest.fixture
def admin_client(client, db, settings):
    settings.ADMIN_HF_USERS = ["id:" + "a" * 24]
    admin = User.objects.create(username="ada", hf_id="a" * 24)
    client.force_login(admin)
    return client


def test_the_pages_are_found():
    assert {"settings/", "sign-in/", "settings/activity/", "dashboard/audit/"} <= set(PERSONAL)


@pytest.mark.parametrize("path", [*PERSONAL, "there/is/none"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_that_a_person_gets_is_stored_framed_or_sniffed(admin_client, path, method):
    answer = getattr(admin_client, method)(f"/{path}", headers={"host": "localhost"})

    assert answer.status_code < 500
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert_strict(answer["Content-Security-Policy"])


def assert_strict(policy: str) -> None:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == directives["form-action"] == "'self'"
    assert directives["frame-ancestors"] == directives["object-src"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert "script-src" not in directives
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", [path for path in PATHS if re.match(FOR_ALL, path)])
def test_what_is_the_same_for_everybody_may_be_kept_for_a_while(client, path):
    answer = client.get(f"/{path}", headers={"host": "localhost"})

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_cookies_are_for_this_site_only_and_not_for_scripts(product, new_user):
    with httpx.Client(base_url=product.url) as client:
        client.get("/sign-in/")
        answer = post_form(client, "/sign-in/", {"token": new_user().token})

    cookies = answer.headers.get_list("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"sessionid", "csrftoken"}
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


@pytest.fixture(scope="module")
def behind_tls(product_env):
    """A product that people reach through a proxy that ends TLS; a client that is that proxy."""
    port = str(free_port())
    with start_product(product_env | {"PORT": port, "PUBLIC_URL": PUBLIC}):
        headers = {"Host": "mcp.example.org", "X-Forwarded-Proto": "https"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            yield client


def test_browsers_are_told_to_come_by_tls_only(behind_tls):
    for path in ("/sign-in/", "/there/is/none", "/mcp"):
        answer = behind_tls.get(path, headers={"Accept": "text/html"})

        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_who_comes_without_tls_is_told_nothing_of_it(behind_tls):
    answer = behind_tls.get("/sign-in/", headers={"X-Forwarded-Proto": "http"})

    assert "Strict-Transport-Security" not in answer.headers


def test_cookies_behind_tls_travel_by_tls_only_and_no_neighbour_can_set_them(behind_tls):
    (cookie,) = behind_tls.get("/sign-in/").headers.get_list("Set-Cookie")

    assert cookie.startswith("__Host-csrftoken=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_one_can_sign_in_behind_tls(behind_tls, new_user):
    page = behind_tls.get("/sign-in/")
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]

    answer = behind_tls.post(
        "/sign-in/",
        data={"csrfmiddlewaretoken": token, "token": new_user().token},
        headers={"Referer": f"{PUBLIC}/sign-in/", "Cookie": cookie},
    )

    assert answer.status_code == 302
    assert any(
        cookie.startswith("__Host-sessionid=") for cookie in answer.headers.get_list("Set-Cookie")
    )


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (request("tools/list"), {}, 200),
        (request("tools/call", {"name": "hf_whoami", "arguments": {}}), {"Accept": BOTH}, 200),
        (modern("tools/list"), modern_headers(modern("tools/list")), 200),
        ({"jsonrpc": "2.0", "method": "notifications/initialized"}, {}, 202),
        (request("tools/list"), {"Authorization": "Bearer hfmcp_wrong"}, 401),
        (b"nonsense", {}, 400),
        (request("tools/list"), {"Content-Type": "text/plain"}, 415),
    ],
)
def test_no_answer_of_the_endpoint_is_stored_or_sniffed(product, body, headers, status):
    answer = Wire(f"{product.url}/mcp?gradio=none").post(body, headers)

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_of_the_endpoint_is_as_strict_as_the_others(product):
    answer = httpx.get(f"{product.url}/mcp", headers={"Accept": "text/html"})

    assert_strict(answer.headers["Content-Security-Policy"])
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_style_sheets_and_scripts_may_be_kept(product):
    answer = httpx.get(f"{product.url}/static/css/base.css")

    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")
