"""What is served while nothing can be written to the disk, and after there is room again.

A limit on the size of files stands for the full disk: each write fails, as it would there, those
to the log among them; what is there can be read.
"""

import re
import resource
import sqlite3
import time
from contextlib import contextmanager

import pytest

from tests.live import faulty_load as load
from tests.live.faulty_load import Kind, under_load
from tests.live.people import post_form
from tests.mcpendpoint.wire import Wire, request

FULL_SECONDS = 2.0
COUNTED_WITHIN_SECONDS = 15
BY_A_SETTING = "/mcp?gradio=acme/image-maker"


@contextmanager
def full_disk(product):
    """Let every write of the product fail."""
    limits = resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.fixture
def product(make_product):
    return make_product()


@pytest.fixture
def admin(product, sign_in):
    return sign_in(product, "hf_admin")


@pytest.fixture
def key(admin):
    form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
    return re.search(r"hfmcp_[\w-]{40,}", post_form(admin, "/settings/keys/", form).text)[0]


def register(client, worker):
    return client.post(f"{worker}/oauth/register", json={"redirect_uris": ["http://127.0.0.1/x"]})


def check_registration(answer):
    if answer.status_code == 503:
        load.check_oauth(answer)
    else:
        assert answer.status_code == 201


def totals_of(admin):
    return admin.get("/dashboard/api/metrics").raise_for_status().json()["totals"]


def test_what_needs_no_writing_goes_on_and_the_rest_says_to_come_back(product, admin, key):
    session = admin.cookies["sessionid"]
    search = {"name": "hub_repo_search", "arguments": {"query": "x"}}
    kinds = [
        Kind("anonymous", load.rpc("tools/list", {}), load.check_rpc, is_counted=True),
        Kind("list", load.rpc("tools/list", {}, key), load.check_rpc, is_counted=True),
        Kind("call", load.rpc("tools/call", search, key), load.check_rpc, is_counted=True),
        Kind("settings", load.page("/settings/", session), load.check_page),
        Kind("metrics", load.page("/dashboard/api/metrics", session), load.check_metrics),
        Kind("register", register, check_registration),
    ]

    with under_load([product.url], kinds) as sent:
        time.sleep(0.5)
        with full_disk(product):
            time.sleep(FULL_SECONDS)
        time.sleep(0.5)

    assert sent.problems == []
    assert sent.names(503) == {"register"}
    assert register(admin, product.url).status_code == 201
    deadline = time.monotonic() + COUNTED_WITHIN_SECONDS
    while totals_of(admin)["requests"] < sent.counted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert totals_of(admin)["requests"] == sent.counted


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/settings/tools/", {"tools": ["hub_repo_search"]}),
        ("/settings/keys/", {"name": "Phone", "scopes": ["mcp:read"], "days": ""}),
        ("/settings/sign-out-everywhere/", {}),
        ("/sign-in/", {"token": "hf_bob"}),
        ("/sign-out/", {}),
    ],
)
def test_a_form_that_cannot_be_saved_is_answered_by_a_page_that_says_so(product, admin, path, form):
    with full_disk(product):
        answer = post_form(admin, path, form)

    assert answer.status_code == 503, answer.text
    load.check_page(answer)


def test_a_list_without_the_callers_token_is_none(product, admin, key, tmp_path):
    database = product.log_file.parent / "db.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE accounts_hubcredential RENAME TO gone")

    answer = Wire(product.url + BY_A_SETTING, key).post(request("tools/list"))

    assert answer.json()["error"]["code"] == 503
    assert answer.json()["error"]["data"] == {"retryable": True, "retryAfterSeconds": 5}
