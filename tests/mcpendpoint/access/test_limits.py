"""Who asks too often is told to wait, as the protocol wants it."""

import asyncio
import time
from itertools import count

import pytest
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

from accounts.access_keys import create_access_key
from accounts.catalogue import Effect
from mcpendpoint.access.limits import TOO_MANY, Limit, tool_class
from mcpendpoint.protocol import records
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.tools.registry import TOOLS
from tests.accounts.conftest import make_user
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.wire import assert_well_formed, initialize, request

LIST = request("tools/list")
PING = request("ping")
WHOAMI = request("tools/call", {"name": "hf_whoami", "arguments": {}})

_numbers = count(1)


@pytest.fixture
def limit(settings):
    """Set limits: `limit(anonymous=4)`."""

    def set_limits(**per_minute):
        for name, number in per_minute.items():
            setattr(settings, f"LIMIT_{name.upper()}_PER_MINUTE", number)

    return set_limits


@pytest.fixture
def address():
    """Return addresses that nobody else asked from."""
    return lambda: f"2001:db8:{next(_numbers):x}::1"


@pytest.fixture
def nobody(address):
    return Visitor(address())


@pytest.fixture
def new_key(transactional_db):
    """Make keys: `await new_key()` of a new user, `await new_key(user)`."""

    async def make(user=None):
        user = user or await sync_to_async(make_user)(f"limited-{next(_numbers)}")
        _, text = await sync_to_async(create_access_key)(user, f"key {next(_numbers)}")
        return text

    return make


@pytest.fixture
def recorded(monkeypatch):
    heard = []
    monkeypatch.setattr("mcpendpoint.protocol.records._listeners", [])
    records.listen(heard.append)
    return heard


def assert_told_to_wait(answer, limit):
    """Check that the client has to wait, which for a class of tools only its model is told."""
    by_class = Limit(limit).is_by_class
    assert answer.status_code == (200 if by_class else 429)
    assert_well_formed(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    seconds = int(answer.headers["Retry-After"])
    assert seconds >= 1
    if "result" in answer.json():
        result = answer.json()["result"]
        assert by_class
        assert result["isError"]
        assert str(seconds) in result["content"][0]["text"]
        return
    error = answer.json()["error"]
    assert error["code"] == TOO_MANY
    assert error["data"] == {"limit": limit, "retryAfterSeconds": seconds}
    assert str(seconds) in error["message"]


def test_the_code_of_the_error_is_not_one_that_is_reserved():
    assert not -32_768 <= TOO_MANY <= -32_000


async def test_nobody_may_ask_from_one_address_as_often_as_they_like(limit, nobody, address):
    limit(anonymous=4)

    assert await nobody.statuses(4, LIST) == [200] * 4
    assert_told_to_wait(await nobody.send(LIST), "anonymous")
    assert await Visitor(address()).statuses(1, LIST) == [200]


async def test_whatever_nobody_sends_counts(limit, nobody):
    limit(anonymous=5)

    assert (await nobody.send(b"not JSON")).status_code == 400
    assert (await nobody.send(LIST, {"Content-Type": "text/plain"})).status_code == 415
    assert (await nobody.send(LIST, {"Host": "evil.example"})).status_code == 421
    assert (await nobody.send(method="GET")).status_code == 405
    assert (await nobody.send(method="GET", headers={"Accept": "text/html"})).status_code == 200
    assert_told_to_wait(await nobody.send(LIST), "anonymous")


READS = [
    request("resources/read", {"uri": "hf://README.md"}),
    request("prompts/get", {"name": "user-summary", "arguments": {"user_id": "not a name"}}),
    request(
        "completion/complete",
        {
            "ref": {"type": "ref/prompt", "name": "summarize-paper"},
            "argument": {"name": "detail_level", "value": "b"},
        },
    ),
]


@pytest.mark.parametrize("body", READS, ids=lambda body: body["method"])
async def test_what_asks_the_hub_without_a_tool_counts_as_a_tool_that_does(limit, nobody, body):
    limit(hub=2)

    assert await nobody.statuses(2, body) == [200] * 2
    assert_told_to_wait(await nobody.send(body), "hub")
    assert (await nobody.send(request("resources/list"))).status_code == 200


async def test_a_page_for_a_browser_is_limited_like_all_else(limit, nobody):
    limit(anonymous=1)

    page = {"method": "GET", "headers": {"Accept": "text/html"}}
    assert (await nobody.send(**page)).status_code == 200
    assert_told_to_wait(await nobody.send(**page), "anonymous")


async def test_neighbours_in_a_network_of_ipv6_are_one(limit):
    limit(anonymous=2)
    network = f"2001:db8:aaaa:{next(_numbers):x}"

    assert await Visitor(f"{network}::1").statuses(2, LIST) == [200, 200]
    assert_told_to_wait(await Visitor(f"{network}:f::2").send(LIST), "anonymous")


async def test_an_address_that_anybody_can_claim_is_not_believed(limit, nobody):
    limit(anonymous=2)

    answers = [await nobody.send(LIST, {"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]


async def test_an_address_that_our_proxy_saw_is_believed(limit, nobody, settings):
    limit(anonymous=1)
    settings.TRUSTED_PROXIES = 1

    answers = [await nobody.send(LIST, {"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_a_batch_counts_as_what_is_in_it(limit, nobody):
    limit(anonymous=12)
    batch = [request("ping", request_id=number) for number in range(9)]
    version = {"MCP-Protocol-Version": "2025-03-26"}

    assert (await nobody.send(batch, version)).status_code == 200
    assert_told_to_wait(await nobody.send(batch, version), "anonymous")


@pytest.mark.django_db(transaction=True)
async def test_guessing_credentials_ends_soon(limit, address):
    limit(wrong_credentials=3)
    home, elsewhere = address(), address()

    guesses = [(await Visitor(home, f"hfmcp_guess{n}").send(LIST)).status_code for n in range(3)]
    assert guesses == [401] * 3
    assert_told_to_wait(await Visitor(home, "hfmcp_guess").send(LIST), "wrong_credentials")
    assert await Visitor(home).statuses(1, LIST) == [200]
    assert await Visitor(elsewhere, "hfmcp_guess").statuses(1, LIST) == [401]


async def test_guesses_at_a_shared_address_do_not_lock_out_who_is_known_there(
    limit, address, new_key
):
    limit(wrong_credentials=2)
    home = address()
    known = Visitor(home, await new_key())
    assert await known.statuses(1, LIST) == [200]

    assert await Visitor(home, "hfmcp_guess").statuses(3, LIST) == [401, 401, 429]

    assert await known.statuses(1, LIST) == [200]


@pytest.mark.django_db(transaction=True)
async def test_wrong_credentials_count_as_requests_of_nobody(limit, address):
    limit(anonymous=3)

    assert await Visitor(address(), "hfmcp_guess").statuses(4, LIST) == [401, 401, 401, 429]


async def test_a_url_that_asks_for_a_credential_is_no_wrong_credential(limit, address):
    limit(wrong_credentials=1)

    assert await Visitor(address(), path="/mcp?login").statuses(3, LIST) == [401] * 3


async def test_who_brings_a_credential_shares_nothing_with_nobody(limit, address, new_key):
    limit(anonymous=2)
    home = address()
    known = Visitor(home, await new_key())
    assert await known.statuses(1, LIST) == [200]

    assert await Visitor(home).statuses(2, LIST) == [200, 429]

    assert await known.statuses(3, LIST) == [200] * 3


async def test_a_credential_may_be_used_so_often_wherever_it_is_used(limit, address, new_key):
    limit(client=3)
    key = await new_key()

    # The first request of a credential counts for its address: it is not known yet.
    assert await Visitor(address(), key).statuses(2, LIST) == [200] * 2
    assert await Visitor(address(), key).statuses(2, LIST) == [200] * 2
    assert_told_to_wait(await Visitor(address(), key).send(LIST), "client")
    assert await Visitor(address(), await new_key()).statuses(1, LIST) == [200]


async def test_a_person_has_a_limit_over_all_their_credentials(
    limit, address, new_key, transactional_db
):
    limit(user=4, client=3)
    user = await sync_to_async(make_user)(f"limited-{next(_numbers)}")
    one, other = [Visitor(address(), await new_key(user)) for _ in range(2)]

    assert await one.statuses(4, LIST) == [200] * 4
    assert await other.statuses(2, LIST) == [200] * 2
    assert_told_to_wait(await other.send(LIST), "user")
    assert await Visitor(address(), await new_key()).statuses(1, LIST) == [200]


async def test_each_class_of_tools_has_its_own_limit(limit, nobody):
    limit(cheap=2)

    assert await nobody.statuses(2, WHOAMI) == [200, 200]
    answer = await nobody.send({**WHOAMI, "id": "mine"})
    assert_told_to_wait(answer, "cheap")
    assert answer.json()["id"] == "mine"
    assert await nobody.statuses(1, LIST) == [200]


async def test_calls_of_one_class_in_a_batch_are_all_counted(limit, nobody):
    limit(cheap=10)
    version = {"MCP-Protocol-Version": "2025-03-26"}
    batch = [{**WHOAMI, "id": number} for number in range(8)]

    assert (await nobody.send(batch, version)).status_code == 200
    answer = await nobody.send(batch, version)
    assert answer.status_code == 200
    assert [each["result"]["isError"] for each in answer.json()] == [True] * 8


async def test_a_client_that_takes_streams_is_told_before_there_is_one(limit, nobody):
    limit(space=1)
    call = request("tools/call", {"name": "gr1_draw", "arguments": {}})
    accept = {"Accept": "application/json, text/event-stream"}

    assert (await nobody.send(call, accept)).status_code == 200  # "no such tool", but asked for
    assert_told_to_wait(await nobody.send(call, accept), "space")


def test_every_tool_has_a_class():
    classes = {tool.name: tool_class(tool.name) for tool in TOOLS}

    assert classes["hf_whoami"] is Limit.CHEAP
    assert classes["hub_repo_search"] is Limit.HUB
    assert all(
        (Effect.WRITE in tool.effects) == (classes[tool.name] is Limit.WRITE) for tool in TOOLS
    )


@pytest.mark.parametrize("name", ["gr1_draw", "nonsense", None, ["x"], {}, 7])
def test_what_is_no_tool_of_ours_is_taken_for_a_spaces(name):
    assert tool_class(name) is Limit.SPACE


async def test_one_who_waits_as_told_is_served_again(limit, nobody):
    limit(anonymous=120)
    await nobody.statuses(30, PING)
    too_many = await nobody.send(PING)
    assert too_many.status_code == 429

    await asyncio.sleep(int(too_many.headers["Retry-After"]))

    assert await nobody.statuses(1, PING) == [200]


async def test_one_who_comes_back_at_once_is_answered_late(limit, nobody):
    limit(anonymous=1)
    await nobody.statuses(2, PING)

    started = time.perf_counter()
    assert await nobody.statuses(1, PING) == [429]

    assert time.perf_counter() - started > 0.9


async def test_a_browser_may_ask_what_it_may_ask_and_can_read_that_it_has_to_wait(limit, nobody):
    limit(anonymous=1)
    origin = {"Origin": "http://localhost:6274"}
    await nobody.send(PING)

    preflights = [await nobody.send(method="OPTIONS", headers=origin) for _ in range(3)]
    assert [preflight.status_code for preflight in preflights] == [204] * 3
    too_many = await nobody.send(PING, origin)
    assert too_many.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    assert "Retry-After" in too_many.headers["Access-Control-Expose-Headers"]


async def test_a_foreign_page_can_read_nothing(limit, nobody):
    limit(anonymous=1)
    await nobody.send(PING)

    too_many = await nobody.send(PING, {"Origin": "https://evil.example"})

    assert too_many.status_code == 429
    assert "Access-Control-Allow-Origin" not in too_many.headers


async def test_a_client_that_initializes_is_limited_like_any_other(limit, nobody):
    limit(anonymous=2)

    assert await nobody.statuses(3, initialize()) == [200, 200, 429]


async def test_without_limits_nothing_is_counted(nobody):
    assert await nobody.statuses(200, PING) == [200] * 200


async def test_the_view_is_limited_without_the_handler_too(limit, address):
    limit(anonymous=2)
    visitor = Visitor(address(), app=ASGIHandler())

    assert await visitor.statuses(2, PING) == [200, 200]
    assert_told_to_wait(await visitor.send(PING), "anonymous")


async def test_what_is_turned_away_is_recorded_with_the_limit(limit, nobody, recorded):
    limit(anonymous=1)

    await nobody.statuses(2, PING)

    assert [record.outcome for record in recorded] == [Outcome.OK, Outcome.LIMITED]
    assert [record.limit for record in recorded] == ["", "anonymous"]
    assert recorded[1].error_code == TOO_MANY
    assert recorded[1].credential == "anonymous"


async def test_whose_credential_is_over_its_limit_is_recorded(limit, address, new_key, recorded):
    limit(client=1)
    key = await new_key()

    await Visitor(address(), key).statuses(3, PING)

    assert [record.outcome for record in recorded] == [Outcome.OK, Outcome.OK, Outcome.LIMITED]
    assert recorded[2].limit == "client"
    assert recorded[2].credential == "access_key"
    assert recorded[2].user_id == recorded[0].user_id
    assert key not in repr(recorded)


async def test_a_call_over_the_limit_of_its_class_is_recorded(limit, nobody, recorded):
    limit(cheap=1)

    await nobody.statuses(2, WHOAMI)

    assert (recorded[1].method, recorded[1].tool) == ("tools/call", "hf_whoami")
    assert (recorded[1].outcome, recorded[1].limit) == (Outcome.LIMITED, "cheap")


@pytest.mark.parametrize("uri", ["ui://gr1/app.html", "gr1+text://motto"])
async def test_a_resource_of_a_space_is_charged_as_its_tools_are(limit, nobody, uri):
    limit(space=1)
    read = request("resources/read", {"uri": uri})
    await nobody.send(read)

    assert (await nobody.send(read)).json()["error"]["code"] == TOO_MANY
