"""What people are told of: what is theirs, and only what they want to know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessKey, Approval, AuditEvent, HubCredential, User
from accounts.space_models import SelectedSpace
from dashboard.alerts import personal
from dashboard.alerts.figures import Figures
from dashboard.alerts.models import Delivery, PersonalAlerts, Receiver
from tests.dashboard.alerts.conftest import NOON, OWN_PAGE, minutes, receiver_of, told, write
from tests.dashboard.alerts.test_rules import BROKEN

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def look(at=NOON):
    personal.look(Figures(at), at)


def wants(user, *what):
    PersonalAlerts.objects.create(user=user, looked_at=NOON - DAY, **dict.fromkeys(what, True))
    return receiver_of(user)


def key_of(user, name, ends_at):
    return AccessKey.objects.create(
        user=user, name=name, hint="h", digest=f"{user.pk}{name}", expires_at=ends_at
    )


def select(user, space_id, **values):
    return SelectedSpace.objects.create(user=user, space_id=space_id, slot=1, **values)


@pytest.fixture
def other(db):
    return User.objects.create(username="mallory", hf_id="d" * 24)


def test_a_key_that_ends_is_told_of_a_week_and_a_day_before(person):
    wants(person, "endings")
    key_of(person, "Laptop", NOON + 7 * DAY)
    key_of(person, "Endless", None)

    for hours in (0, 1, 24, 6 * 24, 6 * 24 + 1):
        look(NOON + timedelta(hours=hours))

    assert told() == [
        "Your access key “Laptop” ends within 7 days",
        "Your access key “Laptop” ends within a day",
    ]


def test_nobody_is_told_of_what_is_anothers(person, other):
    mine = wants(person, "endings", "spaces", "approvals")
    wants(other, "endings", "spaces", "approvals")
    key_of(other, "Theirs", NOON + DAY)
    select(other, "acme/tiny")
    Approval.objects.create(
        id="a", user=other, tool="t", digest="d", content="{}", asked_at=NOON, expires_at=NOON + DAY
    )
    write(NOON, *[BROKEN] * 6)

    look()

    assert len(told()) == 3
    assert not Delivery.objects.filter(receiver=mine).exists()


def test_nobody_is_told_of_what_they_did_not_choose(person):
    wants(person, "approvals")
    key_of(person, "Laptop", NOON + DAY)
    select(person, "acme/tiny")
    write(NOON, *[BROKEN] * 6)

    look()

    assert told() == []


def test_a_space_that_fails_is_told_of_once_a_day(person):
    wants(person, "spaces")
    select(person, "Acme/Tiny")
    for hours in (0, 1, 25):
        at = NOON + timedelta(hours=hours)
        write(at, *[BROKEN] * 6)
        look(at)

    assert told() == ["The Space Acme/Tiny fails"] * 2
    assert "6" not in Delivery.objects.first().content["text"].replace("15", "")


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_private": True}])
def test_spaces_that_are_not_offered_or_private_are_not_told_of(person, values):
    wants(person, "spaces")
    select(person, "acme/tiny", **values)
    write(NOON, *[BROKEN] * 6)

    look()

    assert told() == []


def test_a_connection_that_has_ended_is_told_of_once(person):
    wants(person, "endings")
    HubCredential.objects.create(user=person, kind="oauth", needs_sign_in=True)

    look()
    look(minutes(5))

    assert told() == ["Your connection to Hugging Face has ended"]


def test_a_pasted_token_that_ends_is_told_of(person):
    wants(person, "endings")
    HubCredential.objects.create(user=person, kind="token", expires_at=NOON + 3 * DAY)

    look()

    assert told() == ["The Hugging Face token in use here ends within 7 days"]


def test_calls_that_wait_are_told_of_together(person):
    wants(person, "approvals")
    for number in range(5):
        Approval.objects.create(
            id=f"a{number}",
            user=person,
            tool="hf_fs_write",
            digest=f"d{number}",
            content='{"secret": "argument"}',
            asked_at=NOON,
            expires_at=NOON + DAY,
        )

    look()
    look(minutes(2))

    assert told() == ["A call waits for your approval"]
    assert "argument" not in str(Delivery.objects.get().content)


def test_the_number_of_queries_does_not_grow_with_the_people(person):
    def queries(at):
        with CaptureQueriesContext(connection) as captured:
            look(at)
        return len(captured)

    wants(person, "endings", "spaces", "approvals")
    key_of(person, "Laptop", NOON + DAY)
    first = queries(NOON)
    for number in range(20):
        user = User.objects.create(username=f"u{number}", hf_id=f"{number:024}")
        wants(user, "endings", "spaces", "approvals")
        key_of(user, "Laptop", NOON + DAY)

    assert queries(minutes(2)) <= first + 1
    assert len(told()) == 21


def test_people_choose_on_a_page_of_their_own(person, browser_of):
    browser = browser_of(person)
    assert OWN_PAGE in browser.get("/settings/").text

    page = browser.post(reverse("personal-alerts:choose"), {"endings": "on"}, follow=True).text

    saved = PersonalAlerts.objects.get()
    assert (saved.endings, saved.spaces, saved.approvals) == (True, False, False)
    assert "Your alerts are saved." in page
    assert AuditEvent.objects.filter(user=person, action="alerts_chosen").exists()


def test_receivers_of_another_are_not_there(person, other, browser_of):
    theirs = receiver_of(other)
    browser = browser_of(person)

    for name in ("test-receiver", "change-hours", "remove-receiver"):
        url = reverse(f"personal-alerts:{name}", args=[theirs.pk])
        assert browser.post(url).status_code == 404
    assert "example.org" not in browser.get(OWN_PAGE).text


def test_somebody_has_three_receivers_at_most(person, browser_of):
    browser = browser_of(person)
    form = {"kind": "slack", "address": "https://hooks.slack.com/x"}

    answers = [browser.post(reverse("personal-alerts:add-receiver"), form) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert Receiver.objects.filter(user=person).count() == 3


def test_hosts_of_the_operators_network_are_for_operators(person, browser_of, listener):
    form = {"kind": "slack", "address": listener.url}

    answer = browser_of(person).post(reverse("personal-alerts:add-receiver"), form)

    assert answer.status_code == 422


def test_what_is_anybodys_goes_with_their_account(person):
    wants(person, "endings")

    person.delete()

    assert not Receiver.objects.exists()
    assert not PersonalAlerts.objects.exists()
