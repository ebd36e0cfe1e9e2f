import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils.html import escape

from dashboard import store
from dashboard.ranges import RANGES
from dashboard.tally import Limits, Tally
from mcpendpoint.gradio.state_history import note
from mcpendpoint.protocol.records import Outcome, Reason
from tests.dashboard.factories import make_record

pytestmark = pytest.mark.django_db

PAGE = reverse("dashboard:overview")
METRICS = reverse("dashboard:metrics")
TOKEN = "a-made-up-token-of-a-program"


def write(**overrides):
    tally = Tally(Limits())
    tally.add(make_record(**({"at": datetime.now(UTC)} | overrides)))
    store.write(tally)


def test_the_page_sends_strangers_to_sign_in(client):
    response = client.get(PAGE)

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('accounts:sign-in')}?next={PAGE}"


def test_the_page_tells_other_users_whose_it_is(visitor, browser_of):
    response = browser_of(visitor).get(PAGE)

    assert response.status_code == 403
    assert "ADMIN_HF_USERS" in response.text


def test_the_page_is_complete_without_javascript(staff, browser_of):
    write()

    response = browser_of(staff).get(PAGE, {"range": "24h"})

    assert response.status_code == 200
    for shown in ("Cursor", "1.7.2", "2026-07-28", "hub_repo_search", "tools/call"):
        assert shown in response.text
    assert 'href="?range=7d"' in response.text


def test_the_page_and_its_json_tell_which_limits_were_hit(staff, browser_of):
    write(outcome=Outcome.LIMITED, limit="anonymous", method="")
    write(outcome=Outcome.LIMITED, limit="wrong_credentials", method="")
    write()

    page = browser_of(staff).get(PAGE).text
    body = browser_of(staff).get(METRICS).json()

    assert "1 anonymous" in page
    assert "1 wrong credentials" in page
    assert body["totals"]["limited"] == 2
    assert {hits["limit"]: hits["requests"] for hits in body["limits"]} == {
        "anonymous": 1,
        "wrong_credentials": 1,
    }


def test_an_empty_page_says_where_to_point_a_client(staff, browser_of, settings):
    settings.PUBLIC_URL = "https://mcp.example.org"

    response = browser_of(staff).get(PAGE)

    assert "https://mcp.example.org/mcp" in response.text


def test_a_hostile_name_is_text_in_the_page(staff, browser_of):
    write(client_name="</script><script>alert(1)</script>", method="<svg onload=alert(1)>")

    response = browser_of(staff).get(PAGE)

    assert "<script>alert" not in response.text
    assert "<svg" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


@pytest.mark.parametrize("range_name", ["2y", "<script>", "1h'"])
def test_a_range_that_does_not_exist_is_said_to_and_an_hour_shown(staff, browser_of, range_name):
    response = browser_of(staff).get(PAGE, {"range": range_name})

    assert response.status_code == 400
    assert f"There is no range “{escape(range_name)}”" in response.text
    assert response.context["shown"].name == "1h"


@pytest.mark.parametrize("page", [PAGE, METRICS])
def test_nothing_is_cached(staff, browser_of, page):
    assert "no-store" in browser_of(staff).get(page)["Cache-Control"]


@pytest.mark.parametrize("page", [PAGE, METRICS])
def test_only_reading_is_possible(staff, browser_of, page):
    assert browser_of(staff).post(page).status_code == 405


def test_strangers_get_no_metrics(client):
    response = client.get(METRICS)

    assert (response.status_code, response.json().keys()) == (401, {"error"})


def test_other_users_get_no_metrics(visitor, browser_of):
    response = browser_of(visitor).get(METRICS)

    assert (response.status_code, response.json().keys()) == (403, {"error"})


@pytest.mark.parametrize("name", RANGES)
def test_staff_get_metrics_of_each_range(staff, browser_of, name):
    write()

    body = browser_of(staff).get(METRICS, {"range": name}).json()

    assert body.keys() == {
        "version", "generated_at", "range", "step_seconds",
        "totals", "series", "clients", "methods", "tools", "spaces", "reasons", "limits",
        "connections", "truncated",
    }  # fmt: skip
    assert (body["version"], body["range"], body["totals"]["requests"]) == (1, name, 1)
    assert datetime.fromisoformat(body["generated_at"]).tzinfo is not None
    assert body["clients"][0]["protocols"] == [{"era": "modern", "version": "2026-07-28"}]


def test_an_unknown_range_is_refused(staff, browser_of):
    response = browser_of(staff).get(METRICS, {"range": "2y"})

    assert response.status_code == 400
    assert "2y" in response.json()["error"]


def test_no_user_is_in_the_metrics(staff, browser_of):
    write(user_id=staff.pk)

    assert staff.username not in browser_of(staff).get(METRICS).text


@pytest.mark.parametrize("name", ["client-{}", "<&'\"🤗>{}" + "'" * 120, "🤗{}" + "🤗" * 120])
def test_a_page_is_below_200_kb_whatever_clients_are_called(staff, browser_of, name):
    for i in range(100):
        write(
            client_name=name.format(i),
            client_version=name.format(""),
            tool=name.format(i),
            space_id=name.format(""),
            method=name.format(i),
        )

    page = browser_of(staff).get(PAGE)

    assert len(page.content) < 200_000
    assert "and 90 more" in page.text


def test_json_has_more_rows_than_the_page_and_says_what_it_leaves_out(staff, browser_of):
    for i in range(100):
        write(client_name=f"client-{i}")

    body = browser_of(staff).get(METRICS).json()

    assert len(body["clients"]) == body["totals"]["clients"] == 100
    assert body["truncated"] == {"clients": False, "methods": False, "tools": False}


def test_the_pages_of_a_tool_and_a_space_tell_how_large_answers_are_and_when_streams_begin(
    staff, browser_of
):
    of_space = {"tool": "gr1_paint", "space_id": "acme/paint"}
    for size in (1_000, 3_000):
        write(answer_bytes=size, first_byte_ms=100.0, **of_space)
    write(answer_bytes=500)
    browser = browser_of(staff)

    for page in ("tool/?name=paint&space=acme/paint", "space/?id=acme/paint"):
        shown = " ".join(re.sub("<[^>]*>", " ", browser.get(f"{PAGE}{page}").text).split())
        assert "Answers 4.0 kB in all 2.0 kB mean 3.0 kB largest" in shown
        assert "First byte" in shown and "of 2 streamed answers" in shown
    plain = browser.get(f"{PAGE}tool/?name=hub_repo_search").text
    assert "500 B" in plain and "First byte" not in plain


def test_the_page_of_a_space_shows_its_state_over_time(staff, browser_of):
    at = datetime.now(UTC)
    note("acme/paint", "RUNNING", at - timedelta(minutes=20))
    note("acme/paint", "BUILD_ERROR", at - timedelta(minutes=5))

    page = browser_of(staff).get(f"{PAGE}space/", {"id": "Acme/Paint"}).text
    of_other = browser_of(staff).get(f"{PAGE}space/", {"id": "acme/other"}).text

    assert page.index('<rect class="running"') < page.index('<rect class="broken"')
    assert page.index("Build error from ") < page.index("Running from ")
    assert "15\xa0minutes" in page
    assert "state over time" not in of_other


def test_rows_and_errors_lead_to_pages_about_them(staff, browser_of):
    write(
        client_name="a&b <c>",
        outcome=Outcome.TOOL_ERROR,
        reason=Reason.SPACE_ASLEEP,
        tool="draw",
        space_id="acme/images",
    )
    browser = browser_of(staff)

    page = browser.get(PAGE).text

    for view, query in (
        ("client", {"name": "a&b <c>", "version": "1.7.2"}),
        ("tool", {"name": "draw", "space": "acme/images"}),
        ("space", {"id": "acme/images"}),
        ("errors", {"reason": "space_asleep"}),
    ):
        address = f"{reverse(f'dashboard:{view}')}?{urlencode(query)}&range=1h"
        assert f'href="{escape(address)}"' in page
        about = browser.get(address)
        assert about.status_code == 200
        assert "Space not running" in about.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        ("Bearer hfmcp_nonsense", 401),
    ],
)
def test_a_program_reads_the_metrics_with_the_token_for_that(client, db, settings, sent, status):
    settings.DASHBOARD_TOKEN = TOKEN
    headers = {"host": "localhost", "Authorization": sent}

    assert client.get(METRICS, headers=headers).status_code == status


def test_without_such_a_token_none_opens_them(client, db):
    headers = {"host": "localhost", "Authorization": "Bearer "}

    assert client.get(METRICS, headers=headers).status_code == 401
