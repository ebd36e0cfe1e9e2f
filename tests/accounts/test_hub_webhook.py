"""The webhook on the settings page, and what may be told at its address."""

import json
import re

import pytest
from django.urls import reverse

from accounts.buckets import buckets
from accounts.hub_webhooks import create_webhook, owner_of_webhook
from accounts.models import AuditEvent, HubWebhook, User
from mcpendpoint.transports import hub_webhook
from tests.accounts.conftest import make_user


@pytest.fixture(autouse=True)
def empty_buckets():
    """What other tests sent counts for no test."""
    buckets._full_at.clear()
    yield
    buckets._full_at.clear()


pytestmark = pytest.mark.django_db(transaction=True)

TOLD = {
    "event": {"action": "update", "scope": "repo.content"},
    "repo": {"type": "model", "name": "acme/tiny"},
}


def shown(page: str) -> tuple[str, str]:
    """Return the URL and the secret that a page shows."""
    url, secret = (
        re.search(rf'id="{which}">([^<]*)<', page) for which in ("webhook-url", "webhook-secret")
    )
    assert url and secret
    return url[1], secret[1]


def path(made) -> str:
    return reverse("mcpendpoint:hub-webhook", args=[made.row.address])


def tell(client, path: str, secret: str | None, body: object = TOLD):
    headers = {"host": "localhost:8000"} | ({"x-webhook-secret": secret} if secret else {})
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, text, content_type="application/json", headers=headers)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_webhook_is_made_on_the_settings_page_and_its_secret_shown_once(
    alice_client, alice, client, headers
):
    page = alice_client.post("/settings/webhook/", headers=headers).text

    url, secret = shown(page)
    answer = tell(client, url.removeprefix("http://localhost:8000"), secret)
    assert (answer.status_code, answer.text) == (200, "Noted.")
    later = alice_client.get("/settings/webhook/").text
    assert url in later
    assert secret not in later
    assert "Hugging Face told of something" in later
    assert AuditEvent.objects.filter(user=alice, action="webhook_created").exists()


def test_only_the_digest_of_the_secret_is_stored(alice):
    made = create_webhook(alice)

    stored = HubWebhook.objects.filter(user=alice).values().get()
    assert all(made.secret not in str(value) for value in stored.values())


def test_a_delivery_makes_its_owner_be_told_nothing_from_memory(alice, client):
    made, stranger = create_webhook(alice), make_user("another")

    assert tell(client, path(made), made.secret).status_code == 200

    assert User.objects.get(pk=alice.pk).hub_changes == 1
    assert User.objects.get(pk=stranger.pk).hub_changes == 0


def test_a_discussion_changes_nothing(alice, client):
    made = create_webhook(alice)
    discussion = {**TOLD, "event": {"action": "create", "scope": "discussion"}}

    answer = tell(client, path(made), made.secret, discussion)

    assert (answer.status_code, answer.text) == (200, "Nothing that has changed was told of.")
    assert User.objects.get(pk=alice.pk).hub_changes == 0


def test_the_secret_may_stand_in_the_url(alice, client):
    made = create_webhook(alice)

    assert tell(client, f"{path(made)}?secret={made.secret}", None).status_code == 200
    assert tell(client, f"{path(made)}?secret=wrong", None).status_code == 403


@pytest.mark.parametrize("secret", [None, "", "wrong", "ü", "x" * 4_000])
def test_without_the_secret_nothing_is_taken(alice, client, secret):
    made = create_webhook(alice)

    answer = tell(client, path(made), secret)

    assert answer.status_code == 403
    assert User.objects.get(pk=alice.pk).hub_changes == 0


def test_the_secret_of_another_opens_nothing(alice, stranger, client):
    made, theirs = create_webhook(alice), create_webhook(stranger)

    assert tell(client, path(made), theirs.secret).status_code == 403


def test_the_old_address_and_secret_end_when_they_are_replaced(alice, client):
    old = create_webhook(alice)
    old_path = path(old)

    new = create_webhook(alice)

    assert tell(client, old_path, old.secret).status_code == 403
    assert tell(client, path(new), old.secret).status_code == 403
    assert tell(client, path(new), new.secret).status_code == 200


def test_a_deleted_webhook_is_none(alice_client, alice, client):
    made = create_webhook(alice)

    said = alice_client.post("/settings/webhook/delete/", follow=True).text

    assert "The webhook is deleted here" in said
    assert "Create a webhook" in said
    assert tell(client, path(made), made.secret).status_code == 403


def test_a_webhook_of_a_disabled_account_is_none(alice):
    made = create_webhook(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert owner_of_webhook(made.row.address, made.secret) is None


def test_only_what_hugging_face_sends_is_taken(alice, client):
    made = create_webhook(alice)

    assert tell(client, path(made), made.secret, "{}").status_code == 400
    assert tell(client, path(made), made.secret, b"\0").status_code == 400
    huge = {**TOLD, "comment": {"content": "x" * 1_000_000}}
    assert tell(client, path(made), made.secret, huge).status_code == 413
    assert client.get(path(made), headers={"host": "localhost:8000"}).status_code == 405


@pytest.mark.parametrize("is_right", [True, False])
def test_so_many_deliveries_are_taken_and_no_more(alice, client, is_right):
    made = create_webhook(alice)
    rate = hub_webhook.RATE if is_right else hub_webhook.WRONG_RATE
    secret = made.secret if is_right else "wrong"

    answers = [tell(client, path(made), secret) for _ in range(rate.burst + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {200 if is_right else 403}
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1


def test_a_server_that_cannot_be_reached_says_so(alice_client, settings):
    assert "Hugging Face cannot reach this server" in alice_client.get("/settings/webhook/").text

    settings.PUBLIC_URL, settings.IS_PUBLIC_URL_SET = "https://mcp.example.org", True

    assert (
        "Hugging Face cannot reach this server" not in alice_client.get("/settings/webhook/").text
    )
