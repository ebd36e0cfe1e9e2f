"""Which streams are open, as the dashboard shows it."""

import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from dashboard.connections import GONE_AFTER, MAX_KINDS, Kind, forget_old, store
from dashboard.models import OpenStreams
from dashboard.ranges import RANGES
from dashboard.reading import read_snapshot
from tests.live.listening import begin_session, get_stream, listen

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
CURSOR = Kind("cursor", "1.0", "session")
WITHIN_SECONDS = 10


def shown(now=NOW):
    snapshot = read_snapshot(RANGES["1h"], now)
    rows = {(row.name, row.kind): row.streams for row in snapshot.streams}
    return snapshot.totals.open_streams, rows


@pytest.mark.django_db
def test_streams_of_all_workers_add_up():
    store("one", {CURSOR: 2}, NOW)
    store("other", {CURSOR: 1, Kind("claude-code", "2", "subscription"): 5}, NOW)

    assert shown() == (8, {("claude-code", "subscription"): 5, ("cursor", "session"): 3})


@pytest.mark.django_db
def test_what_a_worker_says_replaces_what_it_said():
    store("one", {CURSOR: 2}, NOW)
    store("one", {Kind("claude-code", "2", "subscription"): 1}, NOW + GONE_AFTER / 3)

    assert shown() == (1, {("claude-code", "subscription"): 1})


@pytest.mark.django_db
def test_a_worker_that_says_nothing_more_is_gone_after_a_while():
    store("one", {CURSOR: 2}, NOW)

    assert shown(NOW + GONE_AFTER) == (0, {})
    assert forget_old(NOW + 2 * GONE_AFTER) == 1
    assert not OpenStreams.objects.exists()


@pytest.mark.django_db
def test_made_up_names_take_no_more_than_their_share():
    store("one", {Kind(f"client {n}", "", "session"): 1 for n in range(2_000)}, NOW)

    assert OpenStreams.objects.count() == MAX_KINDS + 1
    assert shown()[0] == 2_000


def test_streams_at_two_workers_show_on_one_page_until_they_are_closed(postgres_product, sign_in):
    one, other = postgres_product(), postgres_product()
    browser = sign_in(one, "hf_admin")

    def open_streams():
        return browser.get("/dashboard/api/metrics").json()["totals"]["open_streams"]

    at_one, at_other = f"{one.url}/mcp", f"{other.url}/mcp"
    with closing(get_stream(at_one, begin_session(at_one))), closing(listen(at_other)):
        assert comes_to(2, open_streams)

    assert comes_to(0, open_streams)


def comes_to(wanted, ask):
    deadline = time.monotonic() + WITHIN_SECONDS
    while (found := ask()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return found == wanted
