"""Two who sign in at the same moment both get in, and limits hold for two tabs.

On PostgreSQL (test_on_postgresql): the tests' own SQLite is in memory, where nobody waits for a
lock.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.access_keys import MAX_KEYS, NameTaken, TooManyKeys, create_access_key
from accounts.models import AccessKey, HubCredential, User
from accounts.people import HubTokenSet, Person, upsert_user
from tests.accounts.conftest import make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="needs TEST_DATABASE_URL"),
]

TOGETHER = 6
ROUNDS = 5


def at_once(*actions):
    """Do all at the same moment; return what each returned or raised."""
    barrier = Barrier(len(actions))

    def run(action):
        try:
            barrier.wait(10)
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def sign_in(hf_id: str, name: str) -> User:
    tokens = HubTokenSet(HubCredential.Kind.TOKEN, f"hf_{hf_id}")
    return upsert_user(Person(hf_id, name), tokens)


def test_first_sign_ins_of_one_person_make_one_user():
    for number in range(ROUNDS):
        people = at_once(*[lambda n=number: sign_in(f"id{n}", f"ada{n}")] * TOGETHER)

        assert [type(each) for each in people] == [User] * TOGETHER
        assert len({each.pk for each in people}) == 1
    assert User.objects.count() == HubCredential.objects.count() == ROUNDS


def test_two_people_who_come_with_one_name_both_get_in():
    for number in range(ROUNDS):
        people = at_once(
            lambda n=number: sign_in(f"a{n}", f"ada{n}"),
            lambda n=number: sign_in(f"b{n}", f"Ada{n}"),
        )

        assert [type(each) for each in people] == [User, User]
        assert len({each.pk for each in people}) == 2
    assert User.objects.count() == 2 * ROUNDS


def test_two_who_exchanged_their_names_both_get_in():
    sign_in("1", "ada"), sign_in("2", "bob")

    for one, other in [("bob", "ada"), ("ada", "bob")] * ROUNDS:
        people = at_once(lambda n=one: sign_in("1", n), lambda n=other: sign_in("2", n))

        assert [type(each) for each in people] == [User, User]


def test_two_tabs_make_one_key_of_a_name():
    user = make_user("ada")

    made = at_once(*[lambda: create_access_key(user, "Laptop")] * TOGETHER)

    assert sum(isinstance(each, NameTaken) for each in made) == TOGETHER - 1
    assert AccessKey.objects.count() == 1


def test_the_last_place_for_a_key_is_given_once():
    user = make_user("ada")
    AccessKey.objects.bulk_create(
        AccessKey(user=user, name=f"Key {n}", hint="hfmcp_", digest=str(n))
        for n in range(MAX_KEYS - 1)
    )

    made = at_once(*[lambda n=n: create_access_key(user, f"New {n}") for n in range(TOGETHER)])

    assert sum(isinstance(each, TooManyKeys) for each in made) == TOGETHER - 1
