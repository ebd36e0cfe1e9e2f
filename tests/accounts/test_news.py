"""Whoever changes what decides about a person's requests, every process hears of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import news, triggers
from accounts.access_keys import create_access_key
from accounts.authorization.models import AccessToken, Application
from accounts.models import AccessKey, HubCredential, PersonChange, ToolSelection, User
from accounts.space_models import SelectedSpace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_notes_of_other_tests(db):
    """A test with transactions of its own leaves notes of what it takes away at its end."""
    PersonChange.objects.all().delete()


@pytest.fixture
def user():
    return User.objects.create(username="alice", hf_id="a" * 24)


@pytest.fixture
def app():
    return Application.objects.create(client_id="app", name="App", redirect_uris="")


def token_of(user, app, **values):
    expires = timezone.now() + timedelta(hours=1)
    values = {"token": "t", "scope": "mcp:read", "expires": expires} | values
    return AccessToken.objects.create(user=user, application=app, **values)


def heard_of(change):
    """Return whom the notes of a change are about."""
    notes = Reader()
    change()
    return notes.new()


class Reader:
    """Has read all that was there."""

    def __init__(self):
        self._notes = news.Notes()
        assert self.new() == []

    def new(self):
        return self._notes.take(self._notes.read())

    def read_in_vain(self):
        self._notes.read()


CHANGES = {
    "disabled": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "renamed": lambda user: User.objects.filter(pk=user.pk).update(username="alicia"),
    "chose tools": lambda user: ToolSelection.objects.create(user=user, tools=["hf_fs"]),
    "added a Space": lambda user: SelectedSpace.objects.create(user=user, space_id="a/b", slot=1),
    "got a token": lambda user: HubCredential.objects.create(user=user, kind="oauth"),
    "gone": lambda user: user.delete(),
    "by SQL": lambda user: connection.cursor().execute(
        "UPDATE accounts_user SET is_active = %s WHERE id = %s", [False, user.pk]
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_heard_of_whoever_makes_it(user, change):
    person = user.pk

    assert heard_of(lambda: change(user)) == [person]


def test_keys_and_tokens_that_end_are_heard_of(user, app):
    row, _ = create_access_key(user, "Laptop")
    token = token_of(user, app)

    assert heard_of(lambda: AccessKey.objects.filter(pk=row.pk).update(scope="")) == [user.pk]
    assert heard_of(lambda: AccessKey.objects.filter(pk=row.pk).delete()) == [user.pk]
    assert heard_of(lambda: AccessToken.objects.filter(pk=token.pk).update(scope="")) == [user.pk]
    assert heard_of(token.delete) == [user.pk]


def test_an_app_that_is_switched_off_concerns_everybody(app):
    assert heard_of(lambda: Application.objects.update(is_active=False)) == [None]


def test_what_decides_about_no_request_is_not_noted(user, app):
    row, _ = create_access_key(user, "Laptop")
    old = token_of(user, app, expires=timezone.now() - timedelta(days=1))

    def happens():
        AccessKey.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
        User.objects.filter(pk=user.pk).update(last_login=timezone.now(), is_active=True)
        create_access_key(user, "Another")
        old.delete()

    assert heard_of(happens) == []


def test_a_note_is_read_once_and_in_any_order():
    PersonChange.objects.create(pk=9, user_id=9)
    notes = Reader()
    PersonChange.objects.create(pk=11, user_id=2)
    PersonChange.objects.create(pk=14, user_id=5)

    assert notes.new() == [2, 5]
    PersonChange.objects.create(pk=10, user_id=1)  # of transactions that took longer,
    PersonChange.objects.create(pk=12, user_id=3)  # whatever comes meanwhile
    assert notes.new() == [1, 3]
    assert notes.new() == []
    PersonChange.objects.create(pk=13, user_id=4)
    assert notes.new() == [4]


def test_what_was_not_there_at_the_start_is_heard_of_when_it_comes():
    PersonChange.objects.create(pk=7, user_id=1)
    PersonChange.objects.create(pk=9, user_id=1)
    notes = Reader()

    PersonChange.objects.create(pk=8, user_id=2)

    assert notes.new() == [2]


def test_what_was_read_too_late_to_be_told_is_read_again():
    notes = Reader()
    PersonChange.objects.create(user_id=1)

    notes.read_in_vain()

    assert notes.new() == [1]


def test_notes_that_were_all_removed_are_news_of_everybody_once():
    PersonChange.objects.create(pk=50, user_id=1)
    notes = Reader()
    PersonChange.objects.all().delete()

    assert (notes.new(), notes.new()) == ([None], [])
    PersonChange.objects.create(pk=1, user_id=2)
    assert notes.new() == [2]


def test_too_much_news_is_news_of_everybody(monkeypatch):
    monkeypatch.setattr(news, "MAX_AT_ONCE", 3)
    notes = Reader()
    PersonChange.objects.bulk_create([PersonChange(user_id=number) for number in range(5)])

    assert notes.new() == [None]


def test_old_notes_are_removed():
    now = timezone.now()
    PersonChange.objects.create(user_id=1, at=now - 2 * news.KEPT)
    PersonChange.objects.create(user_id=2)

    assert news.forget_old(now) == 1
    assert [note.user_id for note in PersonChange.objects.all()] == [2]


def test_triggers_of_another_version_are_replaced(user):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER hfmcp_note_update_old AFTER UPDATE ON accounts_user "
            "BEGIN INSERT INTO accounts_personchange (user_id) VALUES (0); END"
        )

    triggers.set_up("default")

    change = CHANGES["disabled"]
    assert heard_of(lambda: change(user)) == [user.pk]
