"""The activity page: one's own events, found again, and nobody else's."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from accounts import audit
from accounts.audit import Action, ToolCall, write_tool_calls

pytestmark = pytest.mark.django_db

PAGE = "/settings/activity/"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def log_call(user, at=NOON, **overrides):
    fields = {
        "at": at,
        "user_id": user.pk if user else None,
        "tool": "hub_repo_search",
        "outcome": "ok",
        "client": "Cursor",
        "duration_ms": 12.0,
        "address": "",
        "detail": {},
    }
    write_tool_calls([ToolCall(**(fields | overrides))])


async def download(user, path):
    client = AsyncClient(headers={"host": "localhost"})
    await sync_to_async(client.force_login)(user)
    answer = await client.get(path)
    return answer, b"".join([chunk async for chunk in answer]).decode()


def test_nobody_sees_it_without_signing_in(client):
    assert client.get(PAGE).status_code == 302
    assert client.get("/settings/activity/export.csv").status_code == 302


def test_it_shows_what_was_done_newest_first(alice, alice_client):
    log_call(alice, tool="earlier")
    log_call(alice, at=NOON + timedelta(hours=1), tool="later")

    page = alice_client.get(PAGE).text

    assert page.index("later") < page.index("earlier")
    assert "Signed in" in page


def test_it_says_in_words_how_somebody_signed_in(alice, client_of):
    page = client_of(alice).get(PAGE).text

    assert "with a pasted token" in page


def test_it_says_in_words_what_was_used_and_that_a_resource_is_no_tool(alice, alice_client):
    log_call(alice, tool="resources/read", detail={"credential": "access_key"})

    page = alice_client.get(PAGE, {"action": "tool_call"}).text

    assert "with an access key" in page
    assert "Request <code>resources/read</code>" in page


def test_nothing_of_anybody_else_is_there(alice, stranger, client_of):
    client = client_of(alice)
    log_call(stranger, tool="of_the_stranger")
    log_call(None, tool="of_nobody")

    for query in ("", "?user=stranger", "?tool=of_the_stranger", f"?user_id={stranger.pk}"):
        page = client.get(PAGE + query).text
        assert "of_the_stranger</code>" not in page
        assert "of_nobody" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("action=tool_call", {"ok_tool", "denied_tool", "old_tool"}),
        ("action=key_created", set()),
        ("outcome=denied", {"denied_tool"}),
        ("tool=OK_tool", {"ok_tool"}),
        ("client=curs", {"ok_tool", "old_tool"}),
        ("client=%25", set()),
        ("since=2026-11-21", {"ok_tool", "denied_tool"}),
        ("until=2026-11-20", {"old_tool"}),
        ("since=2026-11-20&until=2026-11-20", set()),
        ("outcome=ok&client=cursor&since=2026-11-21", {"ok_tool"}),
    ],
)
def test_a_filter_leaves_the_rest_out(alice, alice_client, query, shown):
    log_call(alice, tool="ok_tool")
    log_call(alice, tool="denied_tool", outcome="denied", client="Claude")
    log_call(alice, tool="old_tool", at=NOON - timedelta(days=3))

    page = alice_client.get(f"{PAGE}?{query}").text

    tools = {tool for tool in ("ok_tool", "denied_tool", "old_tool") if f"<code>{tool}" in page}
    assert tools == shown


@pytest.mark.parametrize(
    "query",
    [
        "action=everything",
        "outcome=%00",
        "since=yesterday",
        "until=99999-01-01",
        "tool=" + "x" * 500,
        "client=%00",
        "before=nonsense",
        "before=20261121T120000.000000-99999999999999999999999",
        "before=-",
        "action=tool_call&action=sign_in",
    ],
)
def test_a_filter_that_makes_no_sense_breaks_nothing(alice, alice_client, query):
    log_call(alice)

    assert alice_client.get(f"{PAGE}?{query}").status_code == 200


def test_a_hostile_name_is_text_in_the_page(alice, alice_client):
    log_call(alice, tool="<img src=x onerror=alert(1)>", client="</td><script>alert(1)</script>")

    page = alice_client.get(PAGE).text

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_there_are_pages_and_none_of_them_misses_an_event(alice, alice_client):
    for number in range(120):
        log_call(alice, at=NOON + timedelta(seconds=number // 3), tool=f"tool-{number}-")
    seen, url = [], f"{PAGE}?action=tool_call"

    while url:
        response = alice_client.get(url)
        page = response.context["page"]
        seen += [row.event.tool for row in page.rows]
        url = f"{PAGE}?{page.older}" if page.older else ""

    assert seen == [f"tool-{number}-" for number in range(119, -1, -1)]


def test_a_page_says_when_there_is_nothing(alice, alice_client):
    assert "No entries match the filter" in alice_client.get(f"{PAGE}?tool=unused").text


def test_it_is_found_from_the_settings(alice_client):
    assert f'href="{PAGE}"' in alice_client.get("/settings/").text


def test_it_is_never_stored(alice_client):
    assert "no-store" in alice_client.get(PAGE)["Cache-Control"]


@pytest.mark.django_db(transaction=True)
async def test_a_download_holds_what_the_filter_shows(alice):
    await sync_to_async(log_call)(alice, tool="ok_tool", detail={"space": "acme/draw"})
    await sync_to_async(log_call)(alice, tool="denied_tool", outcome="denied")

    answer, text = await download(alice, "/settings/activity/export.csv?outcome=ok&tool=ok_tool")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["tool"], row["outcome"], row["user"]) == ("ok_tool", "ok", alice.username)
    assert json.loads(row["detail"]) == {"space": "acme/draw"}
    assert datetime.fromisoformat(row["at"]) == NOON


@pytest.mark.django_db(transaction=True)
async def test_lines_of_json_are_one_event_each(alice, monkeypatch):
    monkeypatch.setattr("accounts.audit_export.EVENTS_AT_ONCE", 2)
    for number in range(5):
        await sync_to_async(log_call)(alice, tool=f"tool-{number}", client='"\n')

    _, text = await download(alice, "/settings/activity/export.jsonl?action=tool_call")

    events = [json.loads(line) for line in text.splitlines()]
    assert [event["tool"] for event in events] == [f"tool-{number}" for number in range(4, -1, -1)]
    assert events[0]["client"] == '"\n'
    assert events[0]["duration_ms"] == 12.0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d"])
async def test_no_spreadsheet_takes_a_name_for_a_formula(alice, start):
    await sync_to_async(log_call)(alice, client=f"{start}HYPERLINK(1)")

    _, text = await download(alice, "/settings/activity/export.csv?action=tool_call")

    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["client"].startswith("'")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("separator", [";", ",", "\t", "\n"])
async def test_nor_one_that_takes_another_character_for_the_end_of_a_cell(alice, separator):
    await sync_to_async(log_call)(alice, client=f"a{separator}=HYPERLINK(1)")

    _, text = await download(alice, "/settings/activity/export.csv?action=tool_call")

    assert f"{separator}'=HYPERLINK" in text


@pytest.mark.django_db(transaction=True)
async def test_a_download_holds_nothing_of_anybody_else(alice, stranger):
    await sync_to_async(log_call)(stranger, tool="of_the_stranger")
    await sync_to_async(audit.record)(Action.KEY_CREATED, stranger, detail={"key": "theirs"})

    for name in ("csv", "jsonl"):
        _, text = await download(alice, f"/settings/activity/export.{name}?user=stranger")
        assert "of_the_stranger" not in text
        assert "theirs" not in text


@pytest.mark.parametrize("name", ["xlsx", "CSV", "csv%00"])
def test_there_is_no_other_format(alice_client, name):
    assert alice_client.get(f"/settings/activity/export.{name}").status_code == 404


def test_a_download_by_a_filter_that_makes_no_sense_is_refused(alice_client):
    assert alice_client.get("/settings/activity/export.csv?since=never").status_code == 400


def test_the_filter_offers_what_can_be_in_ones_own_log(alice, alice_client, settings):
    def offered():
        field = alice_client.get(PAGE).context["form"].fields["action"]
        return {value for value, _ in field.choices}

    as_anybody = offered()
    settings.ADMIN_HF_USERS = [f"id:{alice.hf_id}"]
    as_admin = offered()

    of_admins = {Action.ADMIN_GAINED, Action.ADMIN_LOST, Action.AUDIT_READ, Action.AUDIT_EXPORTED}
    assert {Action.TOOL_CALL, Action.SIGN_IN, Action.CONSENT} <= as_anybody
    assert not of_admins & as_anybody
    assert of_admins <= as_admin
    assert not {Action.CLIENT_REGISTERED, Action.CREDENTIAL_REFUSED} & as_admin
