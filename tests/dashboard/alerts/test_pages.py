"""The operators' page of alerts."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.operators.models import Role
from accounts.operators.roles import give_role
from dashboard.alerts.models import Incident, Receiver, Rule
from dashboard.alerts.sending import NOT_REACHED
from tests.dashboard.alerts.conftest import NOON, OWN_PAGE, PAGE, look, receiver_of, write
from tests.dashboard.alerts.test_rules import BROKEN, FAILED

pytestmark = pytest.mark.django_db

RULE = {"figure": "error_rate", "threshold": "20", "window_minutes": "15", "least": "50"}
HOOK = {"kind": "webhook", "address": "https://hooks.example.org/a-secret"}


@pytest.fixture
def admin(staff, browser_of):
    return browser_of(staff)


def url(name, *args):
    return reverse(f"dashboard:alerts:{name}", args=args)


def actions():
    """Return what was done since the sign-in."""
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))[1:]


def test_admins_alone_see_and_change_alerts(visitor, browser_of, client):
    browser = browser_of(visitor)
    rule = Rule.objects.create(figure="limited", threshold=1, window_minutes=5)
    receiver = receiver_of(None)

    answers = [
        browser.get(PAGE),
        browser.get(url("rule", rule.pk)),
        browser.post(url("add-rule"), RULE),
        browser.post(url("add-usual-rules")),
        browser.post(url("rule", rule.pk), RULE),
        browser.post(url("remove-rule", rule.pk)),
        browser.post(url("add-receiver"), HOOK),
        *(
            browser.post(url(name, receiver.pk))
            for name in ("test-receiver", "change-hours", "remove-receiver")
        ),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert (Rule.objects.count(), Receiver.objects.count()) == (1, 1)
    assert client.get(PAGE).status_code == 302


def test_one_button_adds_the_usual_rules_and_none_of_them_twice(admin):
    admin.post(url("add-usual-rules"))
    page = admin.post(url("add-usual-rules"), follow=True).text

    assert Rule.objects.count() == 4
    assert "There are rules like these already." in page
    for shown in ("More than 20 % of requests are errors", "More than 100 wrong credentials"):
        assert shown in page
    assert actions() == ["alert_rule_added"] * 4


def test_a_rule_is_added_changed_and_removed(admin):
    admin.post(url("add-rule"), RULE | {"is_active": "on"})
    rule = Rule.objects.get()
    admin.post(url("rule", rule.pk), RULE | {"threshold": "30"})
    rule.refresh_from_db()

    assert (rule.threshold, rule.least, rule.is_active) == (30, 50, False)
    assert "not in use" in admin.get(PAGE).text
    admin.post(url("remove-rule", rule.pk))
    assert not Rule.objects.exists()
    assert actions() == ["alert_rule_added", "alert_rule_changed", "alert_rule_removed"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"figure": "errors"},
        {"figure": "made_up"},
        {"threshold": "-1"},
        {"threshold": "nan"},
        {"threshold": "1e30"},
        {"window_minutes": "7"},
        {"least": "-5"},
    ],
)
def test_a_rule_that_says_nothing_is_refused_with_the_reason(admin, wrong):
    answer = admin.post(url("add-rule"), RULE | wrong)

    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert not Rule.objects.exists()


def test_the_page_shows_what_fires_and_what_was_over(admin):
    rule = Rule.objects.create(figure="errors", reason="our_fault", threshold=0, window_minutes=15)
    Incident.objects.create(
        title="What was before",
        value=3,
        **dict.fromkeys(("began_at", "seen_at", "told_at", "resolved_at"), NOON),
    )
    write(NOON, FAILED)
    look(NOON)

    page = admin.get(PAGE).text

    assert "fires" in page
    assert "What was before" in page
    admin.post(url("remove-rule", rule.pk))
    assert "fires" not in admin.get(PAGE).text


@pytest.mark.parametrize("page", [PAGE, OWN_PAGE])
def test_the_address_that_is_left_after_adding_a_receiver_leads_back(admin, page):
    assert admin.get(f"{page}receivers/").url.startswith(page)


def test_rules_of_which_nobody_is_told_say_so(admin):
    admin.post(url("add-usual-rules"))

    assert "Nobody is told of these rules yet" in admin.get(PAGE).text


def test_a_webhook_is_added_and_its_secret_shown_once(admin):
    page = admin.post(url("add-receiver"), HOOK).text
    secret = re.search(r"whsec_[\w+/=]+", page)[0]

    assert Receiver.objects.get().secret == secret
    later = admin.get(PAGE).text
    assert secret not in later and "a-secret" not in later
    assert "hooks.example.org/…" in later
    assert "a-secret" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.org/",
        "https://user:pass@hooks.example.org/",
        "ftp://hooks.example.org/",
        "nothing",
        "https://" + "x" * 1_000,
        "http://10.0.0.1/",
        "https://..../",
        "https://exam\r\nple.com/",
        "https://example.org/\r\nX-Evil: 1",
        'https://"><b>/',
    ],
)
def test_a_webhook_is_of_the_internet_and_has_tls(admin, address):
    answer = admin.post(url("add-receiver"), HOOK | {"address": address})

    assert answer.status_code == 422
    assert not Receiver.objects.exists()


def test_a_test_says_what_happened(admin, listener):
    admin.post(url("add-receiver"), {"kind": "slack", "address": listener.url})
    receiver = Receiver.objects.get()

    good = admin.post(url("test-receiver", receiver.pk), follow=True).text
    listener.status = 404
    bad = admin.post(url("test-receiver", receiver.pk), follow=True).text

    assert "A test was sent." in good
    assert len(listener.heard) == 2
    assert bad.count("It answered with status 404.") == 2, "as a message, and beside the receiver"


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1:9/", f"https://{'a' * 64}.example/", "https://[::1]/"]
)
def test_a_test_tells_nothing_of_names_and_ports_of_the_own_network(admin, address):
    receiver = receiver_of(None, address=address)

    admin.post(url("test-receiver", receiver.pk))

    receiver.refresh_from_db()
    assert receiver.problem == NOT_REACHED


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://hooks.slack.com/services/a-secret", 302),
        ("https://hooks.slack-gov.com/services/a-secret", 302),
        ("https://hooks.slack.com.example.org/services/a-secret", 422),
        ("https://hooks.slack.com@example.org/services/a-secret", 422),
        ("https://example.org/hooks.slack.com", 422),
    ],
)
def test_what_is_for_slack_goes_to_slack_alone(admin, address, status):
    answer = admin.post(url("add-receiver"), {"kind": "slack", "address": address})

    assert answer.status_code == status


def test_a_choice_that_is_not_made_yet_is_in_words(admin):
    page = admin.get(PAGE).text

    assert "---" not in page
    for words in ("Choose what is counted", "Not of one reason", "Choose a time"):
        assert f'<option value="" selected>{words}</option>' in page


def test_the_first_page_says_what_fires_now_and_leads_admins_there(
    admin, visitor, browser_of, staff
):
    overview = reverse("dashboard:overview")
    assert "fires now" not in admin.get(overview).text
    Rule.objects.create(figure="space", threshold=50, window_minutes=15)
    write(NOON, *[BROKEN] * 6, *[BROKEN | {"space_id": "acme/huge"}] * 6)
    look(NOON)
    give_role(f"id:{visitor.hf_id}", Role.VIEWER, staff)

    of_admin, of_viewer = admin.get(overview).text, browser_of(visitor).get(overview).text

    for page in (of_admin, of_viewer):
        assert "An alert fires now." in page and "(acme/huge and 1 more)" in page
    assert f'<a href="{PAGE}">See alerts</a>' in of_admin
    assert "See alerts" not in of_viewer


def test_tests_cannot_be_used_to_send_very_much(admin, listener):
    receiver = receiver_of(None, "slack", listener.url)

    for _ in range(25):
        page = admin.post(url("test-receiver", receiver.pk), follow=True).text

    assert len(listener.heard) == 20
    assert "that was often" in page


def test_an_e_mail_address_gets_a_link_first(admin, client):
    page = admin.post(
        url("add-receiver"), {"kind": "email", "address": "ops@example.org"}, follow=True
    )
    receiver = Receiver.objects.get()
    link = re.search(r"http://localhost:8000(/\S+)", mail.outbox[0].body.split("\n\n")[1])[1]

    assert "not confirmed" in page.text
    assert "Send alerts here?" in client.get(link).text
    receiver.refresh_from_db()
    assert receiver.confirmed_at is None, "programs open links too"
    assert "The address is confirmed" in client.post(link).text
    receiver.refresh_from_db()
    assert receiver.confirmed_at is not None
    assert client.get(link + "x").status_code == 404


def test_without_a_mail_server_there_is_no_e_mail(admin, settings):
    settings.HAS_EMAIL = False

    answer = admin.post(url("add-receiver"), {"kind": "email", "address": "ops@example.org"})

    assert answer.status_code == 422
    assert 'value="email"' not in admin.get(PAGE).text


def test_quiet_hours_are_changed_and_refused_when_they_are_none(admin):
    receiver = receiver_of(None)
    hours = {"quiet_from": "22:00", "quiet_until": "07:00", "zone": "Europe/Berlin"}

    page = admin.post(url("change-hours", receiver.pk), hours, follow=True).text
    assert "quiet from 22:00 until 07:00 (Europe/Berlin)" in page
    for wrong in ({"zone": "Mars"}, {"quiet_until": ""}, {"quiet_until": "22:00"}):
        page = admin.post(url("change-hours", receiver.pk), hours | wrong, follow=True).text
        assert "quiet from 22:00 until 07:00 (Europe/Berlin)" in page
        assert 'class="message warning"' in page


def test_the_receivers_of_a_person_are_not_the_operators_to_touch(admin, person):
    theirs = receiver_of(person)

    answers = [
        admin.post(url(name, theirs.pk))
        for name in ("test-receiver", "change-hours", "remove-receiver")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert "example.org" not in admin.get(PAGE).text
    assert admin.get(OWN_PAGE).text.count("example.org") == 0
