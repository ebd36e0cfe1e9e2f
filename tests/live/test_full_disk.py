"""What is served while nothing can be written to the disk, and after there is room again.

A limit on the size of files stands for the full disk: each write fails, as it would there, those
to the log among them; what is there can be read.
"""

import re
import resource
import sqlite3
import time
from contextlib import closing, contextmanager
from functools import partial
from uuid import uuid4

import pytest

from accounts.models import HubCredential, User
from tests.live import faulty_load as load
from tests.live.faulty_load import Kind, under_load
from tests.live.people import post_form
from tests.live.product import start_product
from tests.mcpendpoint.wire import Wire, request

FULL_SECONDS = 2.0
SPACE = "acme/image-maker"
CREDENTIALS = HubCredential._meta.db_table


@contextmanager
def full_disk(product):
    """Let every write of the product fail."""
    limits = resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.fixture(scope="module")
def product(product_env):
    """One of this file's own: what is done to it is done to nobody else's."""
    with start_product(product_env) as running:
        yield running


@pytest.fixture
def admin(product, sign_in):
    return sign_in(product, "hf_admin")


def new_key(browser):
    form = {"name": f"Key {uuid4().hex[:8]}", "scopes": ["mcp:read", "mcp:spaces"], "days": ""}
    return re.search(r"hfmcp_[\w-]{40,}", post_form(browser, "/settings/keys/", form).text)[0]


def register(client, worker):
    return client.post(f"{worker}/oauth/register", json={"redirect_uris": ["http://127.0.0.1/x"]})


def check_registration(answer):
    if answer.status_code == 503:
        load.check_oauth(answer)
    else:
        assert answer.status_code == 201


def totals_of(admin):
    return admin.get("/dashboard/api/metrics").raise_for_status().json()["totals"]


def test_what_needs_no_writing_goes_on_and_the_rest_says_to_come_back(product, admin):
    key, session = new_key(admin), admin.cookies["sessionid"]
    search = {"name": "hub_repo_search", "arguments": {"query": "x"}}
    kinds = [
        Kind("anonymous", load.rpc("tools/list", {}), load.check_rpc, is_counted=True),
        Kind("list", load.rpc("tools/list", {}, key), load.check_rpc, is_counted=True),
        Kind("call", load.rpc("tools/call", search, key), load.check_rpc, is_counted=True),
        Kind("settings", load.page("/settings/", session), load.check_page),
        Kind("metrics", load.page("/dashboard/api/metrics", session), load.check_metrics),
        Kind("register", register, check_registration),
    ]
    totals = partial(totals_of, admin)
    before = load.settled(totals)

    with under_load([product.url], kinds) as sent:
        time.sleep(0.5)
        with full_disk(product):
            time.sleep(FULL_SECONDS)
        time.sleep(0.5)

    assert sent.problems == []
    assert sent.names(503) == {"register"}
    assert register(admin, product.url).status_code == 201
    load.assert_all_counted(totals, before, sent)


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


def expire_token(product, person):
    """Make the person's token of Hugging Face one that is used no more without a change to it."""
    update = f"UPDATE {CREDENTIALS} SET expires_at = '2020-01-01' WHERE user_id = "
    of_person = f"(SELECT id FROM {User._meta.db_table} WHERE username = ?)"
    with closing(sqlite3.connect(product.log_file.parent / "db.sqlite3")) as database, database:
        assert database.execute(update + of_person, [person.name]).rowcount == 1


def test_a_list_without_the_callers_token_is_none(product, space, new_user, sign_in):
    person = new_user()
    key = new_key(sign_in(product, person.token))
    expire_token(product, person)
    with_space = Wire(f"{product.url}/mcp?gradio={SPACE}", key)
    without_space = Wire(f"{product.url}/mcp?gradio=none", key)

    with full_disk(product):
        refused = with_space.post(request("tools/list"))
        needs_no_token = without_space.tools()

    assert refused.json()["error"]["code"] == 503
    data = refused.json()["error"]["data"]
    assert (data["retryable"], data["retryAfterSeconds"]) == (True, 5)
    assert needs_no_token
    assert len(with_space.tools()) > len(needs_no_token)
