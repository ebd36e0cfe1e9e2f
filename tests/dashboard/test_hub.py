"""What is counted of requests to the Hub, and the page that shows it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.outgoing.watching import Asked
from dashboard import store
from dashboard.hub_counts import HubCounts
from dashboard.hub_tally import HubTally
from dashboard.models import HubCount, HubLatency, PersonCount
from dashboard.ranges import STEPS
from dashboard.tally import Limits, Tally
from mcpendpoint.tools.registry import TOOLS
from tests.dashboard.factories import make_record

pytestmark = pytest.mark.django_db

WHOAMI = "/api/whoami"
MODEL = "/api/{repos}/{id}"


def write(*asked, at=None):
    """`asked` are routes with a status and seconds each."""
    tally = HubTally()
    for route, status, seconds in asked:
        tally.add(at or datetime.now(UTC), route, status, seconds)
    store.write_hub_tally(tally)


async def test_requests_to_the_hub_are_counted_by_route_and_by_what_came_of_them():
    stored = HubTally()
    counts = HubCounts(write=stored.merge)

    counts.note(Asked("hub", MODEL, 200, 0.1))
    counts.note(Asked("hub", MODEL, 404, 0.1))
    counts.note(Asked("hub", WHOAMI, 503, 0.1))
    counts.note(Asked("hub", WHOAMI, 0, 12.0))
    counts.note(Asked("spaces", "", 200, 0.1))
    await counts.finish()

    found = {(key.route, key.outcome): cell.count for key, cell in stored.cells.items()}
    assert found == {
        ("/api/{repos}/{id}", "ok"): 1,
        ("/api/{repos}/{id}", "refused"): 1,
        ("/api/whoami", "down"): 2,
    }


async def test_what_the_database_does_not_take_is_kept_and_stored_later():
    stored, is_broken = HubTally(), True

    def write_or_fail(tally):
        if is_broken:
            raise OSError
        stored.merge(tally)

    counts = HubCounts(write=write_or_fail)
    counts.note(Asked("hub", WHOAMI, 200, 0.1))
    await counts.flush()
    counts.note(Asked("hub", WHOAMI, 200, 0.1))
    is_broken = False
    await counts.flush()

    assert (len(stored), counts.unstored) == (2, 0)


def test_writing_again_adds_to_the_same_rows():
    now = datetime.now(UTC)
    write(("/api/whoami", 200, 0.1), at=now)
    write(("/api/whoami", 200, 0.1), ("/api/whoami", 200, 0.1), at=now)

    assert list(HubCount.objects.values_list("count", flat=True)) == [3] * len(STEPS)
    assert list(HubLatency.objects.values_list("count", flat=True)) == [3] * len(STEPS)


def test_old_counts_of_the_hub_are_forgotten_with_the_others():
    now = datetime.now(UTC)
    write(("/api/whoami", 200, 0.1), at=now - timedelta(days=500))
    write(("/api/whoami", 200, 0.1), at=now)

    store.prune(now)

    assert (HubCount.objects.count(), HubLatency.objects.count()) == (len(STEPS), len(STEPS))
    assert not PersonCount.objects.exists()


def test_the_page_shows_each_route_with_errors_and_times(staff, browser_of):
    write(
        *[("/api/{repos}", 200, 0.1)] * 18,
        ("/api/{repos}", 503, 0.1),
        ("/api/{repos}", 0, 12.0),
        ("/api/whoami", 401, 0.2),
    )

    page = browser_of(staff).get(reverse("dashboard:hub"))

    [table] = page.context["page"].tables
    busy, other = table.rows
    assert (busy.name, [cell.text for cell in busy.cells[:4]]) == (
        "/api/{repos}",
        ["20", "0", "2", "10.0 %"],
    )
    assert 80 < float(busy.cells[4].text.removesuffix(" ms")) < 120
    assert (other.name, [cell.text for cell in other.cells[:3]]) == ("/api/whoami", ["1", "1", "0"])
    assert sum(page.context["page"].series["errors"]) == 2


def test_a_route_leads_to_its_durations(staff, browser_of):
    write(("/api/{repos}", 200, 0.1), ("/api/whoami", 200, 0.2))
    browser = browser_of(staff)

    one = browser.get(reverse("dashboard:hub"), {"route": "/api/whoami"})
    made_up = browser.get(reverse("dashboard:hub"), {"route": "/made/up"})

    assert [table.name for table in one.context["page"].tables] == ["durations"]
    assert sum(one.context["page"].series["requests"]) == 1
    assert sum(made_up.context["page"].series["requests"]) == 2


def test_the_page_says_what_waits_in_this_worker_also_when_nothing_was_asked(staff, browser_of):
    page = browser_of(staff).get(reverse("dashboard:hub"))

    assert "Waiting for the database, this worker" in page.text
    assert "Nothing was counted" in page.text


def test_the_page_is_for_admins(visitor, browser_of):
    assert browser_of(visitor).get(reverse("dashboard:hub")).status_code == 403


def test_tools_that_nobody_called_are_listed_with_what_they_cost(staff, browser_of, settings):
    settings.DISABLE_TOOLS = ["hf_jobs"]
    tally = Tally(Limits())
    tally.add(make_record(at=datetime.now(UTC), tool="hub_repo_search"))
    store.write(tally)

    page = browser_of(staff).get(reverse("dashboard:tools"))

    [unused] = page.context["further"]
    names = {row.name for row in unused.rows}
    assert names == {tool.name for tool in TOOLS} - {"hub_repo_search", "hf_jobs"}
    assert all(float(row.cells[1].text.replace(",", "")) > 50 for row in unused.rows)
    assert "Built-in tools that nobody called" in page.text
