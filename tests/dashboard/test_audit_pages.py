"""The audit log of everybody: for admins, and for nobody else."""

import re
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from accounts.audit import ToolCall, write_tool_calls
from accounts.models import AuditEvent

PAGE = reverse("dashboard:audit")
EXPORT = reverse("dashboard:export-audit", args=["csv"])


def log_call(user, tool, **detail):
    user_id = user.pk if user else None
    at = datetime.now(UTC)
    write_tool_calls([ToolCall(at, user_id, tool, "ok", "Cursor", 1.0, "", detail)])


@async_to_sync
async def text_of(response):
    return b"".join([chunk async for chunk in response]).decode()


@pytest.mark.parametrize("path", [PAGE, EXPORT])
def test_strangers_are_sent_to_sign_in(client, db, path):
    assert client.get(path)["Location"] == f"{reverse('accounts:sign-in')}?next={path}"


@pytest.mark.parametrize("path", [PAGE, EXPORT])
def test_other_users_are_refused(visitor, browser_of, path):
    log_call(None, "somebodys_call")

    response = browser_of(visitor).get(path)

    assert response.status_code == 403
    assert "somebodys_call" not in response.text


def test_admins_see_what_everybody_did(staff, visitor, browser_of):
    log_call(staff, "of_the_admin")
    log_call(visitor, "of_the_visitor")
    log_call(None, "of_nobody")

    page = browser_of(staff).get(PAGE).text

    for shown in ("of_the_admin", "of_the_visitor", "of_nobody", "bob", "nobody"):
        assert shown in page


def test_whoever_has_a_token_of_hugging_face_but_no_account_here_is_not_nobody(staff, browser_of):
    log_call(None, "with_a_token", credential="hf_token")

    assert "a Hugging Face token" in browser_of(staff).get(PAGE).text


def test_a_call_of_a_tool_that_is_none_says_so_without_the_name(staff, browser_of):
    log_failure("", reason="not_found")

    assert "unknown tool" in browser_of(staff).get(PAGE).text


def test_times_and_days_are_those_of_the_reader(staff, browser_of):
    log_failure("before_midnight", at=datetime(2026, 7, 14, 21, 59, 58, tzinfo=UTC))
    log_failure("after_midnight", at=datetime(2026, 7, 14, 22, 30, 15, tzinfo=UTC))
    browser = browser_of(staff)
    browser.cookies["zone"] = "Europe/Berlin"
    day = {"since": "2026-07-15", "until": "2026-07-15"}

    page, rows = browser.get(PAGE, day).text, text_of(browser.get(EXPORT, day))

    assert "2026-07-15 00:30:15" in page
    assert page.count("Europe/Berlin") == 1
    for shown in (page, rows):
        assert "after_midnight" in shown and "before_midnight" not in shown


def test_what_happened_in_some_minutes_is_found_by_the_readers_clock(staff, browser_of):
    for minute in (9, 10, 12, 13):
        log_failure(f"at_{minute}", at=datetime(2026, 7, 15, 8, minute, 30, tzinfo=UTC))
    browser = browser_of(staff)
    browser.cookies["zone"] = "Europe/Berlin"

    page = browser.get(PAGE, {"since": "2026-07-15T10:10", "until": "2026-07-15T10:12"}).text

    assert [minute for minute in (9, 10, 12, 13) if f"at_{minute}" in page] == [10, 12]
    assert 'value="2026-07-15T10:10"' in page


def test_an_hour_that_a_clock_shows_twice_can_be_asked_for(staff, browser_of):
    log_failure("in_summer_time", at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    browser = browser_of(staff)
    browser.cookies["zone"] = "Europe/Berlin"

    assert "in_summer_time" in browser.get(PAGE, {"since": "2026-10-25T02:15"}).text


def test_a_time_on_a_chart_is_kept_on_the_way_to_the_audit_log(staff, browser_of):
    shown = {"name": "any", "from": "2026-07-15T08:00:00Z", "to": "2026-07-15T10:00:00Z"}

    page = browser_of(staff).get(reverse("dashboard:tool"), shown).text

    assert re.search(
        r"/audit/\?[^\"]*since=2026-07-15T\d\d%3A00&amp;until=2026-07-\d\dT\d\d%3A59", page
    )


@pytest.mark.parametrize("who", ["bob", "BOB", "b" * 24])
def test_admins_find_what_one_person_did(staff, visitor, browser_of, who):
    log_call(staff, "of_the_admin")
    log_call(visitor, "of_the_visitor")

    page = browser_of(staff).get(PAGE, {"user": who}).text

    assert "of_the_visitor" in page
    assert "of_the_admin" not in page


def test_admins_find_what_somebody_did_whose_account_is_gone(staff, visitor, browser_of):
    log_call(visitor, "of_the_visitor")
    visitor.delete()

    page = browser_of(staff).get(PAGE, {"user": "b" * 24}).text

    assert "of_the_visitor" in page
    assert "account removed" in page


def test_a_download_holds_what_the_filter_shows_and_is_logged_itself(staff, visitor, browser_of):
    log_call(staff, "of_the_admin")
    log_call(visitor, "of_the_visitor")

    text = text_of(browser_of(staff).get(EXPORT, {"user": "bob", "action": "tool_call"}))

    assert "of_the_visitor" in text
    assert "of_the_admin" not in text
    event = AuditEvent.objects.get(action="audit_exported")
    assert event.user == staff
    assert event.detail == {"format": "csv", "user": "bob", "action": "tool_call"}


def test_it_is_found_from_the_dashboard(staff, browser_of):
    assert f'href="{PAGE}"' in browser_of(staff).get(reverse("dashboard:overview")).text


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"since": "11/29/2026"},
        {"outcome": "nonsense"},
    ],
)
def test_a_filter_that_cannot_be_read_shows_nothing_but_why(staff, visitor, browser_of, asked):
    log_call(visitor, "of_the_visitor")

    response = browser_of(staff).get(PAGE, asked)

    assert response.status_code == 200
    assert 'role="alert"' in response.text
    assert "the filter cannot be read" in response.text
    assert "of_the_visitor" not in response.text


def test_a_part_of_a_tools_name_finds_it(staff, visitor, browser_of):
    log_call(visitor, "hub_repo_search")

    assert "hub_repo_search" in browser_of(staff).get(PAGE, {"tool": "repo"}).text


def test_a_persons_name_narrows_what_is_shown(staff, visitor, browser_of):
    log_call(visitor, "of_the_visitor")

    page = browser_of(staff).get(PAGE, {"tool": "of_the"}).text

    assert 'href="?tool=of_the&amp;user=bob"' in page


def log_failure(tool, **found):
    call = ToolCall(datetime.now(UTC), None, tool, "tool_error", "Cursor", 1.0, "", {})
    write_tool_calls([call._replace(**found)])


@pytest.mark.parametrize("asked", ["reason=hub_down", "request_id=4bf92f3577b34da6"])
def test_admins_find_calls_by_their_reason_and_by_the_id_of_their_request(staff, browser_of, asked):
    log_failure("one_of_them", reason="hub_down", request_id="4bf92f3577b34da6")
    log_failure("another_one", reason="space_asleep", request_id="00f067aa0ba902b7")

    page, rows = browser_of(staff).get(f"{PAGE}?{asked}").text, browser_of(staff).get(EXPORT)

    assert "one_of_them" in page and "another_one" not in page
    assert "Hugging Face failed" in page and "4bf92f3577b34da6" in page
    assert "hub_down,4bf92f3577b34da6" in text_of(rows)
