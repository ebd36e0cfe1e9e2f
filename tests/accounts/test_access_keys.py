"""Keys for clients without a alice_client."""

from hashlib import sha256

import pytest
from django.utils import timezone

from accounts import access_keys
from accounts.access_keys import (
    MAX_KEYS,
    create_access_key,
    find_access_key,
    note_use,
    revoke_access_key,
)
from accounts.authorization.scopes import Scope
from accounts.last_use import LastUse
from accounts.models import AccessKey, AuditEvent, User

pytestmark = pytest.mark.django_db


def create(alice_client, name: str = "Laptop", changes: dict | None = None, **kwargs: object):
    form = {"name": name, "scopes": ["mcp:read", "mcp:spaces"], "days": "365"}
    return alice_client.post("/settings/keys/", form | (changes or {}), **kwargs)


def test_a_new_key_is_shown_once_and_works(alice_client, alice):
    response = create(alice_client)
    text = response.context["new_key"].text

    owner = find_access_key(text)

    assert text in response.text
    assert f"Bearer {text}" in response.text
    assert text not in alice_client.get("/settings/apps/").text
    assert owner is not None
    assert (owner.user_id, owner.username, owner.hf_id) == (alice.pk, alice.username, alice.hf_id)


def test_only_the_digest_is_stored(alice):
    row, text = create_access_key(alice, "Laptop")

    stored = AccessKey.objects.filter(pk=row.pk).values().get()
    assert stored["digest"] == sha256(text.encode()).hexdigest()
    assert text.startswith(stored["hint"])
    assert all(text not in str(value) for value in stored.values())


def test_htmx_gets_the_section_with_the_new_key(alice_client):
    response = create(alice_client, headers={"HX-Request": "true"})

    assert "<html" not in response.text
    assert response.context["new_key"].text in response.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give the key a name"),
        ("   ", "Give the key a name"),
        ("x" * 81, "at most 80 characters"),
        ("Taken", "You have a key of this name already."),
    ],
)
def test_a_bad_name_is_an_error_and_is_kept_in_the_field(alice_client, alice, name, said):
    create_access_key(alice, "Taken")

    response = create(alice_client, name)

    assert response.status_code == 422
    assert said in response.text
    assert f'value="{name}"' in response.text
    assert AccessKey.objects.count() == 1


def test_a_reload_of_the_answer_makes_no_second_key(alice_client):
    create(alice_client)
    create(alice_client)

    assert AccessKey.objects.count() == 1


def test_there_is_a_limit(alice_client, alice):
    AccessKey.objects.bulk_create(
        AccessKey(user=alice, name=f"Key {n}", hint="hfmcp_", digest=str(n))
        for n in range(MAX_KEYS)
    )

    response = create(alice_client, "One more")

    assert response.status_code == 422
    assert f"at most {MAX_KEYS} keys" in response.text
    assert AccessKey.objects.count() == MAX_KEYS


def test_a_revoked_key_opens_nothing_and_caches_hear_of_it(alice_client, alice, changed):
    row, text = create_access_key(alice, "Laptop")

    heard = changed(lambda: alice_client.post(f"/settings/keys/{row.pk}/revoke/"))

    assert find_access_key(text) is None
    assert heard == [alice.pk]


@pytest.mark.parametrize("key_id", [None, 10**30])
def test_nobody_revokes_the_key_of_another(alice_client, stranger, key_id):
    row, text = create_access_key(stranger, "Laptop")

    response = alice_client.post(f"/settings/keys/{key_id or row.pk}/revoke/")

    assert response.status_code == 404
    assert find_access_key(text) is not None


def test_nobody_sees_the_keys_of_another(alice_client, stranger):
    create_access_key(stranger, "Key of the stranger")

    assert "Key of the stranger" not in alice_client.get("/settings/apps/").text


@pytest.mark.parametrize("key", ["", "hfmcp_", "hfmcp_unknown", "hf_token", "hfmcp_" + "x" * 5_000])
def test_what_is_no_key_finds_nobody(alice, key):
    assert find_access_key(key) is None


def test_the_keys_of_a_disabled_user_open_nothing(alice):
    _, text = create_access_key(alice, "Laptop")

    User.objects.update(is_active=False)

    assert find_access_key(text) is None


def test_use_is_noted_at_most_once_a_minute(alice, alice_client, monkeypatch):
    # The number may be one of a key of another test, whose use was noted a moment ago.
    monkeypatch.setattr(access_keys, "_uses", LastUse(access_keys._write_uses))
    row, _ = create_access_key(alice, "Laptop")
    assert "never used" in alice_client.get("/settings/apps/").text

    note_use(row.pk)
    first = AccessKey.objects.get(pk=row.pk).last_used_at
    note_use(row.pk)

    assert first is not None
    assert (timezone.now() - first).total_seconds() < 60
    assert AccessKey.objects.get(pk=row.pk).last_used_at == first
    assert "last used" in alice_client.get("/settings/apps/").text


def test_revoking_twice_says_that_there_is_nothing_left(alice):
    row, _ = create_access_key(alice, "Laptop")

    assert revoke_access_key(alice, row.pk) is True
    assert revoke_access_key(alice, row.pk) is False


def test_its_owner_changes_what_a_key_may_do(alice_client, alice):
    row, text = create_access_key(alice, "Laptop", [Scope.READ])

    answer = alice_client.post(f"/settings/keys/{row.pk}/scopes/", {"scopes": ["mcp:spaces"]})

    event = AuditEvent.objects.order_by("-at", "-pk").first()
    assert answer.status_code == 302
    assert find_access_key(text).scopes == {Scope.SPACES}
    assert event.action == "scopes_changed"
    assert event.detail == {"key": "Laptop", "scopes": "mcp:spaces"}


@pytest.mark.parametrize("scopes", [[], ["admin"], ["mcp:read", "admin"]])
def test_what_a_key_may_do_is_never_nothing_nor_unknown(alice_client, alice, scopes):
    row, text = create_access_key(alice, "Laptop", [Scope.READ])

    answer = alice_client.post(
        f"/settings/keys/{row.pk}/scopes/", {"scopes": scopes}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text
    assert find_access_key(text).scopes == {Scope.READ}


def test_nobody_changes_what_anothers_key_may_do(alice, client_of, stranger):
    row, text = create_access_key(alice, "Laptop", [Scope.READ])

    answer = client_of(stranger).post(f"/settings/keys/{row.pk}/scopes/", {"scopes": ["mcp:write"]})

    assert answer.status_code == 404
    assert find_access_key(text).scopes == {Scope.READ}


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_new_key_stays_on_the_page_until_it_is_left(alice_client, alice, headers):
    text = create(alice_client).context["new_key"].text
    row = AccessKey.objects.get()
    other, _ = create_access_key(alice, "Other")
    shown = {"shown_key": text}

    for page in (
        alice_client.post(
            f"/settings/keys/{row.pk}/scopes/", {"scopes": ["mcp:read"], **shown}, headers=headers
        ),
        alice_client.post(f"/settings/keys/{other.pk}/revoke/", shown, headers=headers),
    ):
        assert f"Bearer {text}" in page.text
    gone = alice_client.post(
        f"/settings/keys/{row.pk}/revoke/", shown, headers=headers, follow=True
    )
    assert text not in gone.text


def test_only_ones_own_key_is_shown_again(alice_client, stranger, alice):
    _, text = create_access_key(stranger, "Theirs")
    row, _ = create_access_key(alice, "Mine")

    answer = alice_client.post(
        f"/settings/keys/{row.pk}/revoke/", {"shown_key": text}, headers={"HX-Request": "true"}
    )

    assert text not in answer.text
