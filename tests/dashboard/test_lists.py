"""Lists of the dashboard, and pages of one of what they list."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.operators import blocks
from accounts.operators.block_list import block_list
from accounts.operators.models import Block
from dashboard import store
from dashboard.tally import Limits, Tally
from mcpendpoint.protocol.records import Outcome, Reason
from tests.dashboard.factories import make_record

pytestmark = pytest.mark.django_db


def write(*records):
    tally = Tally(Limits())
    for record in records:
        tally.add(make_record(**({"at": datetime.now(UTC)} | record)))
    store.write(tally)


def names(page):
    return [row.name for row in page.context["table"].rows]


def test_a_list_has_all_of_them_a_page_at_a_time(staff, browser_of):
    write(*({"client_name": f"client-{i:03}"} for i in range(99)))
    browser = browser_of(staff)

    first = browser.get(reverse("dashboard:clients"))
    second = browser.get(reverse("dashboard:clients"), {"page": 2})
    beyond = browser.get(reverse("dashboard:clients"), {"page": 77})

    assert (len(names(first)), len(names(second))) == (50, 49)
    assert len({*names(first), *names(second)}) == 99
    assert "1 to 50 of 99" in first.text
    assert names(beyond) == names(first)


@pytest.mark.parametrize(
    ("order", "first"), [("requests", "busy"), ("errors", "broken"), ("name", "a first one")]
)
def test_a_list_is_in_the_order_that_was_asked_for(staff, browser_of, order, first):
    write(
        *[{"client_name": "busy"}] * 5,
        *[{"client_name": "broken", "outcome": Outcome.FAILED}] * 2,
        {"client_name": "a first one"},
    )

    page = browser_of(staff).get(reverse("dashboard:clients"), {"sort": order})

    assert names(page)[0] == first


@pytest.mark.parametrize("kind", ["clients", "tools", "spaces", "methods", "errors"])
def test_a_list_of_nothing_says_so(staff, browser_of, kind):
    page = browser_of(staff).get(reverse(f"dashboard:{kind}"), {"sort": "nonsense", "page": "-1"})

    assert page.status_code == 200
    assert 'class="empty"' in page.text


def tables(page):
    return {table.name: table for table in page.context["page"].tables}


def cells(table):
    return {row.name: [cell.text for cell in row.cells] for row in table.rows}


def test_a_client_is_shown_with_what_it_calls_who_uses_it_and_what_went_wrong(staff, browser_of):
    asleep = {"outcome": Outcome.TOOL_ERROR, "reason": Reason.SPACE_ASLEEP}
    write(
        {"user_id": staff.pk},
        {"user_id": staff.pk, "tool": "draw", "space_id": "acme/a", **asleep},
        {"client_name": "another", "tool": "speak"},
    )

    page = browser_of(staff).get(
        reverse("dashboard:client"), {"name": "Cursor", "version": "1.7.2", "range": "24h"}
    )

    found = tables(page)
    assert cells(found["tools"]).keys() == {"hub_repo_search", "draw"}
    assert cells(found["reasons"]) == {"Space not running": ["1", "100.0 %"]}
    assert cells(found["people"])[staff.username][:3] == ["2", "2", "1"]
    assert cells(found["protocols"]).keys() == {"2026-07-28"}
    assert "First seen" in page.text


def test_all_versions_of_a_client_add_up(staff, browser_of):
    write({"client_version": "1"}, {"client_version": "2"})

    page = browser_of(staff).get(reverse("dashboard:client"), {"name": "Cursor"})

    assert cells(tables(page)["versions"]).keys() == {"1", "2"}


def test_a_tool_is_shown_with_how_long_it_takes(staff, browser_of):
    write(*[{"duration_ms": 100}] * 3, {"duration_ms": 900})

    page = browser_of(staff).get(reverse("dashboard:tool"), {"name": "hub_repo_search"})

    durations = tables(page)["durations"]
    assert [row.cells[0].text for row in durations.rows] == ["3", "0", "0", "0", "1"]
    assert "p95" in page.text


def test_a_reason_is_shown_with_what_it_befell(staff, browser_of):
    limited = {"outcome": Outcome.LIMITED, "reason": Reason.LIMIT, "limit": "space"}
    failed = {"outcome": Outcome.FAILED, "reason": Reason.OUR_FAULT, "client_name": "unlucky"}
    write(limited, failed)

    page = browser_of(staff).get(reverse("dashboard:errors"), {"reason": "our_fault"})

    assert cells(tables(page)["clients"]).keys() == {"unlucky"}


@pytest.mark.parametrize("query", [{"name": "\0"}, {"name": "x" * 5_000}, {}, {"id": "\0"}])
@pytest.mark.parametrize("view", ["client", "tool", "space", "errors"])
def test_a_page_of_what_there_is_not_says_that_nothing_was_counted(staff, browser_of, view, query):
    page = browser_of(staff).get(reverse(f"dashboard:{view}"), query)

    assert page.status_code == 200
    assert "Nothing was counted" in page.text


def test_pages_are_for_admins(visitor, browser_of):
    for view in ("clients", "tools", "spaces", "methods", "errors", "client", "tool", "space"):
        assert browser_of(visitor).get(reverse(f"dashboard:{view}")).status_code == 403


def test_a_client_that_is_blocked_says_so_to_who_may_act(staff, browser_of):
    blocks.make(
        Block(kind=Block.Kind.CLIENT, subject="Cursor", versions="", reason="Too many calls")
    )
    block_list.refresh()

    page = browser_of(staff).get(reverse("dashboard:client"), {"name": "Cursor"})

    assert "Too many calls" in page.text
