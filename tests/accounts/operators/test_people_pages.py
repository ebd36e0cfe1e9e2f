"""The people pages: found by a part of the name, seen, given roles, signed out."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessKey, User
from accounts.operators.models import Membership, NamePart, Role, RoleGrant
from accounts.operators.name_parts import MAX_PART, find_people, store_parts
from accounts.operators.roles import role_of
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
    given = {"who": "Carol", "role": Role.OPERATOR.value}
    assert "signed in yet" in admin.post(f"{PAGE}roles/", given, follow=True).text
    make_user("carol")

    page = admin.get(f"{PAGE}roles/").text
    assert "Operator" in page
    assert ">carol</a>" in page
    assert "signed in yet" not in page


@pytest.mark.parametrize("word", ["carol", "org:acme"])
def test_a_role_is_taken_away_after_a_question(admin, word):
    admin.post(f"{PAGE}roles/", {"who": word, "role": Role.OPERATOR.value})
    assert f'href="{PAGE}roles/take/?who={quote(word)}"' in admin.get(f"{PAGE}roles/").text

    question = admin.get(f"{PAGE}roles/take/", {"who": word}).text
    assert word in question and "Operator" in question
    assert RoleGrant.objects.exists()
    admin.post(f"{PAGE}roles/take/", {"who": word})

    assert "No role was given" in admin.get(f"{PAGE}roles/").text
    assert admin.get(f"{PAGE}roles/take/", {"who": word}).status_code == 404


def test_a_question_about_a_role_of_ones_own_says_so(boss, admin):
    admin.post(f"{PAGE}roles/", {"who": "boss", "role": Role.VIEWER.value})

    assert "your own" in admin.get(f"{PAGE}roles/take/", {"who": "boss"}).text


@pytest.mark.parametrize(
    ("word", "waits"),
    [
        ("carol", "nobody with this name has signed in yet"),
        (f"id:{'c' * 24}", "nobody with this id has signed in yet"),
        ("org:acme", "from when a member signs in next"),
    ],
)
def test_a_role_for_who_is_not_here_says_what_it_waits_for(admin, word, waits):
    given = {"who": word, "role": Role.OPERATOR.value}

    assert admin.post(f"{PAGE}roles/", given, follow=True).text.count(waits) == 2


def test_a_role_for_an_id_that_can_be_nobodys_is_refused_with_an_example(admin):
    given = {"who": "id:carol", "role": Role.OPERATOR.value}

    answer = admin.post(f"{PAGE}roles/", given)

    assert answer.status_code == 422
    assert "24 hex digits, such as id:5dd96eb166059660ed1ee413" in answer.text
    assert not RoleGrant.objects.exists()


def test_a_role_given_by_the_name_of_somebody_who_is_here_is_in_force_at_once(
    admin, alice, client_of
):
    given = {"who": alice.username.upper(), "role": Role.OPERATOR.value}
    page = admin.post(f"{PAGE}roles/", given, follow=True).text

    assert client_of(alice).get("/dashboard/audit/").status_code == 200
    assert f"by the name {alice.username}" in page
    upsert_user(Person(alice.hf_id, "renamed"), None)
    assert role_of(make_user(alice.username, hf_id="another-id")) is None


def test_a_name_that_stands_for_nobody_yet_is_told_from_one_that_is_not_here(admin, alice):
    RoleGrant.objects.create(subject=alice.username, role=Role.VIEWER)

    assert "from when they sign in next" in admin.get(f"{PAGE}roles/").text


def test_a_person_is_shown_with_the_role_in_force_and_where_it_comes_from(admin, alice):
    own = f"{PAGE}{alice.pk}/role/"
    admin.post(f"{PAGE}roles/", {"who": alice.username, "role": Role.OPERATOR.value})

    page = admin.get(f"{PAGE}{alice.pk}/").text
    assert f"<strong>Operator</strong>, by the name {alice.username}" in page
    assert '<option value="" selected>None</option>' in page
    assert f"only where it is more than Operator, by the name {alice.username}" in page
    kept = f"has this role now: Operator, by the name {alice.username}"
    assert kept in admin.post(own, {"role": ""}, follow=True).text
    assert kept in admin.post(own, {"role": Role.VIEWER.value}, follow=True).text
    more = admin.post(own, {"role": Role.ADMIN.value}, follow=True).text
    assert "has this role now: Admin, given to this person" in more


def test_where_a_role_comes_from_is_said_of_settings_and_organizations(boss, admin, alice):
    RoleGrant.objects.create(subject="org:0123", role=Role.VIEWER)
    Membership.objects.create(user=alice, org_id="0123", name="acme")

    assert "Viewer</strong>, as a member of acme" in admin.get(f"{PAGE}{alice.pk}/").text
    assert "Admin</strong>, by ADMIN_HF_USERS" in admin.get(f"{PAGE}{boss.pk}/").text


def test_a_blocked_person_is_spoken_of_and_keeps_the_badge(admin, alice, block):
    admin.post(f"{PAGE}{alice.pk}/role/", {"role": Role.VIEWER.value})
    row = block("person", alice.hf_id)

    page = admin.get(f"{PAGE}{alice.pk}/").text

    assert "Your account" not in page
    assert "Reason: spam" in page
    assert f'href="/dashboard/blocks/{row.pk}/undo/"' in page
    assert '<span class="badge accent">Viewer</span>' in page
    assert "Not in force" in page


@pytest.mark.parametrize("path", ["", "roles/", "{boss}/"])
def test_times_are_those_of_the_readers_zone(boss, admin, path):
    signed_in = datetime(2026, 7, 14, 22, 30, 15, tzinfo=UTC)
    User.objects.filter(pk=boss.pk).update(last_login=signed_in, date_joined=signed_in)
    RoleGrant.objects.create(subject="bob", role=Role.VIEWER)
    RoleGrant.objects.update(made_at=signed_in)
    admin.cookies["zone"] = "Asia/Kolkata"

    page = admin.get(f"{PAGE}{path}".format(boss=boss.pk)).text

    assert "2026-07-15 04:00:15" in page
    assert page.count("Asia/Kolkata") == 1
