"""The digest that those who want it get once a week."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import AccessKey, User
from accounts.space_models import SelectedSpace
from dashboard.alerts import digests
from dashboard.alerts.models import Delivery, Receiver
from dashboard.alerts.receivers import change_digest
from mcpendpoint.protocol.records import Outcome, Reason
from tests.dashboard.alerts.conftest import OWN_PAGE, PAGE, receiver_of, told, write
from tests.dashboard.alerts.test_rules import BROKEN

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""8:00 in Berlin."""
NOBODYS = {"user_id": None}
FAILED = {"outcome": Outcome.TOOL_ERROR, "reason": Reason.HUB_DOWN}


def wants_digest(owner, at=MONDAY, **values):
    receiver = receiver_of(owner, zone="Europe/Berlin", digest_day=0, digest_hour=8, **values)
    Receiver.objects.filter(pk=receiver.pk).update(digest_due_at=at)
    return receiver


def text():
    return Delivery.objects.latest("pk").content["text"]


def test_it_is_sent_once_a_week_at_the_hour_of_who_receives_it():
    receiver = wants_digest(None)

    for hours in (-1, 0, 1, 24, 6 * 24, 7 * 24, 7 * 24 + 1):
        digests.look(MONDAY + timedelta(hours=hours))

    assert told() == ["The week until 2026-11-23", "The week until 2026-11-30"]
    assert "From 2026-11-23 08:00 to 2026-11-30 08:00 (CET)" in text()
    receiver.refresh_from_db()
    assert receiver.digest_due_at == MONDAY + 2 * WEEK


def test_of_weeks_in_which_no_process_looked_only_the_last_is_told():
    wants_digest(None)

    digests.look(MONDAY + 3 * WEEK + DAY)
    digests.look(MONDAY + 3 * WEEK + DAY)

    assert told() == ["The week until 2026-12-14"]


def test_summer_time_ends_within_a_week_and_the_hour_stays():
    receiver = wants_digest(None, at=datetime(2026, 10, 19, 6, tzinfo=UTC))

    digests.look(datetime(2026, 10, 19, 6, tzinfo=UTC))

    receiver.refresh_from_db()
    assert receiver.digest_due_at == datetime(2026, 10, 26, 7, tzinfo=UTC)


def test_nobody_gets_one_who_did_not_ask_or_did_not_confirm():
    receiver_of(None)
    wants_digest(None, confirmed_at=None)

    digests.look(MONDAY)

    assert told() == []


def test_operators_read_what_changed_since_the_week_before(person):
    key = {"name": "Of Carol", "hint": "h", "digest": "d", "expires_at": MONDAY + DAY}
    AccessKey.objects.create(user=person, **key)
    calls = [{"user_id": person.pk}] * 5 + [NOBODYS | FAILED] * 3 + [NOBODYS | BROKEN] * 2
    write(MONDAY - DAY, *calls)
    write(MONDAY - DAY - WEEK, *[NOBODYS | FAILED] * 2)
    wants_digest(None)

    digests.look(MONDAY)

    read = text()
    assert "Calls of tools: 10 (400 % more than before)" in read
    assert "People: 1 (the week before: none)" in read
    assert "Hugging Face failed: 3 (50 % more than before)" in read
    assert "acme/tiny: 100.0 % of 2 calls failed" in read
    assert "hub_repo_search: " in read
    assert "People’s keys that end within 14 days: 1" in read
    assert "Of Carol" not in read and "carol" not in read


def test_people_read_of_their_own_assistants_spaces_and_keys_alone(person):
    other = User.objects.create(username="mallory", hf_id="d" * 24)
    for user, word in ((person, "mine"), (other, "theirs")):
        write(MONDAY - DAY, {"user_id": user.pk, "client_name": f"assistant-{word}"})
        key = {"name": f"key-{word}", "hint": "h", "digest": word, "expires_at": MONDAY + DAY}
        AccessKey.objects.create(user=user, **key)
    SelectedSpace.objects.create(user=person, space_id="Acme/Tiny", slot=1)
    write(MONDAY - DAY, *[BROKEN] * 6)
    wants_digest(person)

    digests.look(MONDAY)

    read = text()
    assert "assistant-mine: requests 1, calls of tools 1, failed 0" in read
    assert "“key-mine” ends at 2026-11-24" in read
    assert "Most calls of Acme/Tiny failed." in read
    assert "theirs" not in read


def test_a_new_zone_moves_the_next_one(person):
    receiver = receiver_of(person)
    change_digest(receiver, person, 0, 8)
    before = receiver.digest_due_at

    assert before > datetime.now(UTC)
    assert (before.weekday(), before.hour) == (0, 8)


@pytest.fixture(params=["of operators", "of a person"])
def place(request, staff, browser_of, person):
    """A client, the owner of its receivers, and the names of its pages."""
    user, owner, page = (
        (staff, None, PAGE) if request.param == "of operators" else (person, person, OWN_PAGE)
    )
    return browser_of(user), owner, page


def test_it_is_chosen_sent_and_switched_off_on_the_page(place, mailoutbox):
    client, owner, page = place
    receiver = receiver_of(owner, "email", "ops@example.org")
    address = f"{page}receivers/{receiver.pk}/digest/"

    client.post(address, {"day": "2", "hour": "9"})
    receiver.refresh_from_db()
    assert receiver.digest_due_at.weekday() == 2
    assert "next digest" in client.get(page).content.decode()

    client.post(f"{address}send/")
    [mail] = mailoutbox
    assert mail.subject.startswith("The week until")

    client.post(address, {"day": "", "hour": "9"})
    receiver.refresh_from_db()
    assert receiver.digest_due_at is None


def test_another_hour_than_there_is_changes_nothing(place):
    client, owner, page = place
    receiver = receiver_of(owner)

    client.post(f"{page}receivers/{receiver.pk}/digest/", {"day": "2", "hour": "24"})

    receiver.refresh_from_db()
    assert receiver.digest_due_at is None


def test_what_it_would_say_now_is_on_a_page(place):
    client, owner, page = place
    write(datetime.now(UTC) - DAY, {"user_id": owner and owner.pk, "client_name": "an-assistant"})

    shown = client.get(f"{page}digest/").content.decode()

    assert ("an-assistant: requests 1" if owner else "Calls of tools: 1") in shown


def test_nobody_sends_another_person_theirs(browser_of, person, staff):
    receiver, client = receiver_of(person), browser_of(staff)

    for namespace in ("personal-alerts", "dashboard:alerts"):
        for name in ("change-digest", "send-digest"):
            address = reverse(f"{namespace}:{name}", args=[receiver.pk])
            assert client.post(address, {"day": "1", "hour": "1"}).status_code == 404
