"""The people pages: found by a part of the name, seen, signed out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessKey, User
from accounts.operators.models import NamePart, Role
from accounts.operators.name_parts import MAX_PART, find_people, store_parts
from accounts.people import Person, upsert_user
from tests.accounts.conftest import make_user

PAGE = "/dashboard/people/"


@pytest.fixture
def admin(boss, client_of):
    return client_of(boss)


def people(*names: str) -> list[User]:
    users = User.objects.bulk_create(User(username=name, hf_id=f"id-of-{name}") for name in names)
    for user in users:
        store_parts(user)
    return users


def found(text: str, count: int = 50) -> list[str]:
    names, after = [], None
    while True:
        page = find_people(text, after, count)
        names += [user.username for user in page.people]
        if page.next is None:
            return names
        after = page.next


@pytest.mark.parametrize("text", ["love", "LOVE", "ada-l", "lace", "a", "-"])
@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_part_of_a_name_finds_each_person_once(db, text, count):
    names = ["Ada-Lovelace", "glove", "ada-ada", "bob", "lovelovelove"]
    people(*names)

    assert sorted(found(text, count)) == sorted(n for n in names if text.lower() in n.lower())


def test_what_is_longer_than_the_stored_parts_is_compared_as_a_whole(db):
    start = "x" * MAX_PART
    people(f"{start}-one", f"{start}-two")

    assert found(f"{start}-two") == [f"{start}-two"]


def test_a_new_name_is_found_and_the_old_one_not(db):
    upsert_user(Person("id-1", "before"), None)
    upsert_user(Person("id-1", "after"), None)

    assert (found("befo"), found("afte")) == ([], ["after"])


def test_who_signed_in_on_an_older_version_is_found_after_the_next_sign_in(db):
    upsert_user(Person("id-1", "ada"), None)
    NamePart.objects.all().delete()
    upsert_user(Person("id-1", "ada"), None)

    assert found("da") == ["ada"]


@pytest.mark.parametrize("text", ["zz", "%", "_", "\\", "ü", "a" * 99, "\x00"])
def test_odd_texts_find_nobody(db, text):
    people("bob")

    assert found(text) == []


def test_the_page_searches_and_goes_on(admin):
    people(*(f"person-{number:03}" for number in range(60)))

    first = admin.get(PAGE, {"q": "ERSON"})
    assert first.text.count("/dashboard/people/") > 50
    link = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "person-059" in admin.get(f"{PAGE}{link}").text
    assert admin.get(PAGE, {"q": "nobody-has-this"}).text.count("Nobody’s name") == 1


def test_the_newest_people_come_first_and_nobody_twice(admin):
    names = [f"person-{number:03}" for number in range(120)]
    people(*names)
    shown, query = [], ""
    while True:
        page = admin.get(f"{PAGE}{query}").text
        shown += [name for name in reversed(names) if f">{name}<" in page]
        query = page.partition('rel="next" href="')[2].partition('"')[0]
        if not query:
            break

    assert shown == names[::-1]


def test_a_page_of_people_takes_a_bounded_number_of_queries(admin):
    people(*(f"person-{number}" for number in range(50)))
    with CaptureQueriesContext(connection) as queries:
        admin.get(PAGE)

    assert len(queries) <= 15


@pytest.mark.parametrize("after", ["x", "0", "99999999999999999999999", "a.b", "YQ==.1", "YQ==."])
def test_a_place_that_is_none_is_no_fault(admin, after):
    assert admin.get(PAGE, {"after": after}).status_code == 200
    assert admin.get(PAGE, {"after": after, "q": "a"}).status_code == 200


def test_a_person_is_shown_with_what_they_have_and_no_secret(admin, alice, key_of):
    text = key_of(alice)
    row = AccessKey.objects.get()

    page = admin.get(f"{PAGE}{alice.pk}/").text

    for shown in (alice.username, alice.hf_id, "Laptop"):
        assert shown in page
    for secret in (text, row.digest, row.hint):
        assert secret not in page


def test_who_is_not_there_is_not_found(admin):
    for number in ("4711", "9" * 30):
        assert admin.get(f"{PAGE}{number}/").status_code == 404


def test_a_person_can_be_signed_out_everywhere(admin, alice, client_of, ask, key_of):
    browser, key = client_of(alice), key_of(alice)
    path = f"{PAGE}{alice.pk}/sign-out/"
    assert "Revoke their access keys" in admin.get(path).text

    admin.post(path)
    assert browser.get("/settings/").status_code == 302
    assert ask(key).status_code == 200
    admin.post(path, {"revoke_keys": "1"})
    assert not AccessKey.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_nobody_below_an_admin_gives_roles(with_role, alice, role):
    browser = with_role(role)

    assert browser.post(f"{PAGE}{alice.pk}/role/", {"role": "3"}).status_code == 403
    assert browser.post(f"{PAGE}roles/", {"who": "alice", "role": "3"}).status_code == 403
    assert browser.post(f"{PAGE}{alice.pk}/sign-out/").status_code == 403


def test_a_role_can_be_given_to_who_was_not_here_yet(admin):
    admin.post(f"{PAGE}roles/", {"who": "Carol", "role": Role.OPERATOR.value})
    make_user("carol")

    page = admin.get(f"{PAGE}roles/").text
    assert "Operator" in page
    assert ">carol</a>" in page
    admin.post(f"{PAGE}roles/take/", {"who": "carol"})
    assert "No role was given" in admin.get(f"{PAGE}roles/").text
