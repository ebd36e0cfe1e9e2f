"""What a client is served at the address of a profile, and by a credential that opens one alone."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.core.handlers.asgi import ASGIHandler
from django.test import Client
from django.utils import timezone

from accounts.access_keys import create_access_key
from accounts.authorization.connections import bind_app
from accounts.authorization.models import AccessToken, Application, Connection
from accounts.authorization.tokens import generate_access_token
from accounts.groups import changing
from accounts.groups.models import Group
from accounts.preferences import save_tools
from accounts.profiles.changing import (
    bind_key,
    create_profile,
    delete_profile,
    make_default,
    rename_profile,
)
from mcpendpoint.transports.handler import EndpointHandler
from tests.accounts.conftest import make_user
from tests.accounts.profiles.conftest import FILES, SEARCH, WRITE
from tests.mcpendpoint.asgi_client import AsgiRequest
from tests.mcpendpoint.wire import modern, modern_headers

pytestmark = pytest.mark.django_db(transaction=True)

MODERN = "2026-07-28"


@pytest.fixture(autouse=True)
def _asks_nobody_to_sign_in_anew(settings):
    settings.DEFAULT_SPACES = []


@pytest.fixture
def key(alice, key_of) -> str:
    return key_of(alice)


@pytest.fixture
def two(alice, team, save):
    """Alice's two profiles, told apart by a tool."""
    save(alice, SEARCH)
    save(alice, FILES, profile=team)
    return team


@pytest.fixture
def tools(ask):
    def names(token, path, **headers):
        answer = ask(token, path=path, **headers)
        assert answer.status_code == 200, answer.content
        return {tool["name"] for tool in answer.json()["result"]["tools"]} & {SEARCH, FILES, WRITE}

    return names


def at(user, profile=None):
    return f"/u/{user.username}/{profile}/mcp" if profile else f"/u/{user.username}/mcp"


def test_each_address_serves_its_profile(alice, key, two, tools):
    assert tools(key, "/mcp") == {SEARCH}
    assert tools(key, at(alice)) == {SEARCH}
    assert tools(key, at(alice, "team")) == {FILES}
    assert tools(key, at(alice, "default")) == {SEARCH}
    assert tools(key, at(alice, "TEAM").upper().replace("/U/", "/u/").replace("MCP", "mcp")) == {
        FILES
    }


def test_a_client_of_the_newest_revision_is_served_alike(alice, key, two):
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    answer = Client(headers={"host": "localhost:8000"}).post(
        at(alice, "team"),
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}},
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {key}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": "tools/list",
        },
    )

    names = {tool["name"] for tool in answer.json()["result"]["tools"]}
    assert FILES in names and SEARCH not in names


def test_a_call_is_held_to_the_profile_of_its_address(alice, key, two, ask):
    call = {"name": SEARCH, "arguments": {"query": "x"}}

    refused = ask(key, "tools/call", call, path=at(alice, "team")).json()

    assert "error" in refused or refused["result"]["isError"]


def test_what_is_saved_holds_for_the_next_request(alice, key, two, tools, save):
    assert tools(key, at(alice, "team")) == {FILES}

    save(alice, SEARCH, FILES, profile=two)

    assert tools(key, at(alice, "team")) == {SEARCH, FILES}


def test_a_renamed_profile_has_another_address(alice, key, two, tools, ask):
    assert tools(key, at(alice, "team")) == {FILES}

    rename_profile(alice, two.pk, "office")

    assert ask(key, path=at(alice, "team")).status_code == 404
    assert tools(key, at(alice, "office")) == {FILES}


def test_another_default_is_served_at_the_address_without_a_name(alice, key, two, tools):
    assert tools(key, at(alice)) == {SEARCH}

    make_default(alice, two.pk)

    assert tools(key, at(alice)) == {FILES}
    assert tools(key, at(alice, "team")) == {FILES}
    assert tools(key, at(alice, "default")) == {SEARCH}


def test_an_address_of_no_profile_says_so_to_its_owner_alone(
    alice, stranger, key, key_of, two, ask
):
    assert ask(key, path=at(alice, "nothing")).status_code == 404
    others = key_of(stranger)
    for name in ("team", "nothing", "mcp"):
        anonymous, other = ask(path=at(alice, name)), ask(others, path=at(alice, name))
        assert (anonymous.status_code, other.status_code) == (401, 403)
        assert other.json()["error_description"] == "This URL belongs to another user."


def test_a_bound_key_has_its_profile_everywhere_and_no_other(alice, two, tools, ask):
    row, key = create_access_key(alice, "Bound")
    assert tools(key, "/mcp") == {SEARCH}

    bind_key(alice, row.pk, two.pk)

    assert tools(key, "/mcp") == tools(key, at(alice)) == tools(key, at(alice, "team")) == {FILES}
    refused = ask(key, path=at(alice, "default"))
    assert refused.status_code == 403
    assert refused.json()["error_description"] == (
        "This access key opens only the profile “team” of its owner."
    )


def test_a_bound_key_stays_with_its_profile_when_that_becomes_the_default(alice, two, tools):
    row, key = create_access_key(alice, "Bound")
    bind_key(alice, row.pk, two.pk)

    make_default(alice, two.pk)

    assert tools(key, "/mcp") == {FILES}


def test_groups_hold_in_each_profile(alice, key, two, tools, boss):
    changing.make(Group(name="Students", is_for_others=True, tools=[SEARCH]), boss)

    assert tools(key, at(alice, "team")) == set()
    assert tools(key, at(alice)) == {SEARCH}


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_metadata_of_an_address_names_it(alice, slash):
    path = at(alice, "team") + slash
    client = Client(headers={"host": "localhost:8000"})

    answer = client.get(f"/.well-known/oauth-protected-resource{path}")

    assert answer.json()["resource"].endswith(path)


def test_a_profile_costs_a_query_once(alice, key, two, ask, django_assert_num_queries):
    ask(key, path=at(alice, "team"))

    with django_assert_num_queries(0):
        ask(key, path=at(alice, "team"))


@pytest.mark.parametrize(
    ("granted", "allowed"),
    [
        (["/mcp", "/u/{}/mcp"], {"/mcp", "/u/{}/mcp", "/u/{}/team/mcp"}),
        (["/u/{}/mcp"], {"/u/{}/mcp"}),
        (["/u/{}/team/mcp"], {"/u/{}/team/mcp"}),
        (["/mcp"], {"/mcp"}),
    ],
)
def test_a_token_counts_where_it_is_for(alice, two, ask, token_for, granted, allowed):
    token = token_for(alice, granted)

    served = {
        path
        for path in ("/mcp", "/u/{}/mcp", "/u/{}/team/mcp", "/u/{}/default/mcp")
        if ask(token, path=path.format(alice.username)).status_code == 200
    }

    assert served - {"/u/{}/default/mcp"} == allowed


def test_a_bound_app_has_its_profile_everywhere_and_no_other(alice, two, ask, tools, token_for):
    token = token_for(alice, ["/mcp", "/u/{}/mcp"])
    assert tools(token, "/mcp") == {SEARCH}

    bind_app(alice, Connection.objects.get().pk, two.pk)

    assert tools(token, "/mcp") == tools(token, at(alice, "team")) == {FILES}
    refused = ask(token, path=at(alice, "default"))
    assert refused.status_code == 403
    assert "This app opens only" in refused.json()["error_description"]


@pytest.mark.parametrize("granted", [["/u/{}/team/mcp"], ["/mcp", "/u/{}/team/mcp"]])
@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_token_for_a_profile_is_none_for_the_next_of_its_name(
    alice, two, ask, token_for, granted, is_deleted
):
    token = token_for(alice, granted)
    assert ask(token, path=at(alice, "team")).status_code == 200

    if is_deleted:
        delete_profile(alice, two.pk)
    else:
        rename_profile(alice, two.pk, "office")
    create_profile(alice, "team")

    assert ask(token, path=at(alice, "team")).status_code == 401
    assert ask(token, path="/mcp").status_code == (200 if "/mcp" in granted else 401)


async def test_only_streams_of_the_profile_that_changed_are_told(settings):
    listen = modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    user, team, key = await sync_to_async(_person_with_two)()
    app = EndpointHandler(ASGIHandler())
    headers = {**modern_headers(listen), "Authorization": f"Bearer {key}"}

    async with (
        AsgiRequest(app, listen, headers, path=at(user)) as default,
        AsgiRequest(app, listen, headers, path=at(user, "team")) as other,
    ):
        await default.chunk()
        await other.chunk()
        user.edited_profile = team
        await sync_to_async(save_tools)(user, [FILES, SEARCH], True)
        while b"tools/list_changed" not in await other.chunk():
            pass  # it is kept alive
        default.disconnect()
        silent = await default.rest()

    assert b"list_changed" not in silent


def _person_with_two():
    user = make_user()
    save_tools(user, [SEARCH], True)
    team = create_profile(user, "team")
    return user, team, create_access_key(user, "Laptop")[1]


@pytest.fixture
def token_for():
    """Return an access token for some of a person's addresses."""

    def token(user, paths):
        app = Application.objects.create(name="App", client_id="app")
        Connection.objects.create(user=user, application=app)
        text = generate_access_token(None)
        AccessToken.objects.create(
            user=user,
            application=app,
            token=text,
            scope="mcp:read mcp:spaces",
            resource=[django_settings.PUBLIC_URL + path.format(user.username) for path in paths],
            expires=timezone.now() + timedelta(hours=1),
        )
        return text

    return token
