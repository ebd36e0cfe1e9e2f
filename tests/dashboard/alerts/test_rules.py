"""Which rules fire, and how often that is told."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.alerts.evaluating import evaluate, take_turn
from dashboard.alerts.figures import Figures
from dashboard.alerts.forgetting import forget_incidents
from dashboard.alerts.models import Delivery, Incident, Rule
from dashboard.alerts.rules import defaults
from dashboard.models import OpenStreams
from mcpendpoint.protocol.records import Outcome, Reason
from tests.dashboard.alerts.conftest import NOON, look, minutes, receiver_of, told, write

pytestmark = pytest.mark.django_db

FAILED = {"outcome": Outcome.FAILED, "reason": Reason.OUR_FAULT}
OF_SPACE = {"space_id": "acme/tiny", "tool": "gr1_run"}
BROKEN = {**OF_SPACE, "outcome": Outcome.TOOL_ERROR, "reason": Reason.SPACE_ERROR}


def rule(figure, threshold, **values):
    given = {"figure": figure, "threshold": threshold, "window_minutes": 15, **values}
    return Rule.objects.create(**given)


def test_a_rule_that_fires_is_told_once_and_once_that_it_is_over():
    rule("error_rate", 20, least=10)
    receiver_of(None)
    write(NOON, *[FAILED] * 5, *[{}] * 10)

    for number in range(3):
        look(minutes(number))
    assert told() == ["More than 20 % of requests are errors in 15 minutes"]
    assert "33.3 % of requests are errors in 15 minutes" in Delivery.objects.get().content["text"]

    look(minutes(17))
    look(minutes(18))
    assert told()[1:] == ["Over: More than 20 % of requests are errors in 15 minutes"]
    assert Incident.objects.get().resolved_at == minutes(17)


def test_few_requests_are_no_alarm():
    rule("error_rate", 20, least=50)
    write(NOON, FAILED)

    look(NOON)

    assert not Incident.objects.exists()


def test_what_goes_up_and_down_is_one_incident():
    rule("open_streams", 5)
    receiver_of(None)
    OpenStreams.objects.create(worker="w", digest="d", kind="get", count=9, at=NOON)

    look(NOON)
    OpenStreams.objects.update(at=minutes(2), count=1)
    look(minutes(2))
    OpenStreams.objects.update(at=minutes(3), count=8)
    look(minutes(3))

    assert told() == ["More than 5 open streams"]
    assert Incident.objects.get().resolved_at is None


def test_what_goes_on_is_told_again_after_six_hours():
    rule("open_streams", 5)
    receiver_of(None)
    OpenStreams.objects.create(worker="w", digest="d", kind="get", count=9, at=NOON)

    for hours in (0, 3, 6, 7):
        at = NOON + timedelta(hours=hours)
        OpenStreams.objects.update(at=at)
        look(at)

    assert told() == ["More than 5 open streams", "Still: More than 5 open streams"]


@pytest.mark.parametrize(
    ("figure", "values", "records"),
    [
        ("requests", {"threshold": 2, "window_minutes": 5}, [{}] * 11),
        ("errors", {"threshold": 0, "reason": "our_fault"}, [FAILED]),
        ("p95", {"threshold": 400}, [{"duration_ms": 900.0}] * 3),
        ("limited", {"threshold": 1}, [{"outcome": Outcome.LIMITED, "limit": "user"}] * 2),
        (
            "wrong_credentials",
            {"threshold": 2, "window_minutes": 5},
            [{"outcome": Outcome.DENIED, "credential": "refused"}] * 3,
        ),
    ],
)
def test_each_figure_fires_above_its_threshold_and_not_at_it(figure, values, records):
    rule(figure, **values)
    write(NOON, *records)

    look(NOON)
    assert Incident.objects.count() == 1

    value = Incident.objects.get().value
    Incident.objects.all().delete()
    Rule.objects.update(threshold=value)
    look(NOON)
    assert not Incident.objects.exists()


def test_spaces_that_break_together_are_told_of_together():
    rule("space", 50, least=5)
    receiver_of(None)
    write(NOON, *[BROKEN] * 6, *[{**BROKEN, "space_id": "acme/other"}] * 9, *[OF_SPACE] * 2)
    write(NOON, *[{**OF_SPACE, "space_id": "acme/fine"}] * 9, {**BROKEN, "space_id": "acme/rare"})

    look(NOON)

    assert {incident.subject for incident in Incident.objects.all()} == {"acme/tiny", "acme/other"}
    [message] = [delivery.content for delivery in Delivery.objects.all()]
    assert "75 % of a Space's calls fail" in message["text"]
    assert {each["subject"] for each in message["data"]["incidents"]} == {"acme/tiny", "acme/other"}


def test_private_spaces_are_not_told_apart():
    rule("space", 50)
    write(NOON, *[{**BROKEN, "space_id": "private"}] * 9)

    look(NOON)

    assert not Incident.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_rules():
    receiver_of(None)
    Rule.objects.bulk_create(defaults())
    with CaptureQueriesContext(
        connection,
    ) as few:
        look(NOON)
    Rule.objects.bulk_create([rule for _ in range(12) for rule in defaults()])
    with CaptureQueriesContext(connection) as many:
        look(NOON)

    assert len(many) == len(few)


def test_one_process_looks_in_a_minute():
    assert take_turn(NOON)
    assert not take_turn(NOON + timedelta(seconds=50))
    assert take_turn(minutes(1))
    assert take_turn(NOON - timedelta(days=1)), "one that was noted under a wrong clock"


def test_two_that_look_at_the_same_time_tell_once():
    rule("errors", 0, reason="our_fault")
    receiver_of(None)
    write(NOON, FAILED)
    figures = Figures(NOON)

    evaluate(figures, NOON)
    evaluate(figures, NOON)

    assert len(told()) == 1


def test_what_is_told_in_quiet_hours_comes_at_their_end():
    rule("errors", 0, reason="our_fault")
    receiver_of(None, quiet_from=time(22), quiet_until=time(13, 30), zone="Europe/Berlin")
    receiver_of(None)
    write(NOON, FAILED)

    look(NOON)

    due = {delivery.due_at for delivery in Delivery.objects.all()}
    assert due == {NOON, NOON.replace(minute=30, second=0)}  # 13:30 in Berlin


def test_rules_that_are_not_in_use_say_nothing():
    rule("errors", 0, reason="our_fault", is_active=False)
    write(NOON, FAILED)

    look(NOON)

    assert not Incident.objects.exists()


def test_old_incidents_are_forgotten_once_they_are_over():
    old = NOON - timedelta(days=91)
    for resolved_at in (old, NOON, None):
        Incident.objects.create(
            title="t", value=1, began_at=old, seen_at=old, told_at=old, resolved_at=resolved_at
        )

    assert forget_incidents(NOON) == 1
    assert Incident.objects.count() == 2
