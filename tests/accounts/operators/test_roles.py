"""Who may see and do what on the dashboard."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.operators.models import Membership, Role, RoleGrant
from accounts.operators.roles import make_first_admin, role_of
from accounts.operators.subjects import Organization
from accounts.people import Person, upsert_user
from tests.accounts.conftest import make_user

NUMBERS = ("/dashboard/", "/dashboard/api/metrics")
ACTING = ("/dashboard/audit/", "/dashboard/audit/export.csv", "/dashboard/blocks/")
PEOPLE = (
    "/dashboard/people/",
    "/dashboard/people/roles/",
    "/dashboard/people/invitations/",
)
ACME = Organization("0" * 24, "acme")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, NUMBERS),
        (Role.OPERATOR, NUMBERS + ACTING),
        (Role.ADMIN, NUMBERS + ACTING + PEOPLE),
    ],
)
def test_each_role_opens_its_pages_and_no_others(with_role, role, may):
    browser = with_role(role)

    for page in NUMBERS + ACTING + PEOPLE:
        assert browser.get(page).status_code == (200 if page in may else 403), page


@pytest.mark.parametrize("page", ["/dashboard/blocks/", *PEOPLE])
def test_strangers_are_sent_to_sign_in(visitor, db, page):
    assert visitor.get(page)["Location"] == f"/sign-in/?next={page}"


def test_a_role_taken_back_is_gone_at_the_next_request(boss, alice, client_of):
    admin, browser = client_of(boss), client_of(alice)
    path = f"/dashboard/people/{alice.pk}/role/"

    admin.post(path, {"role": Role.OPERATOR.value})
    assert browser.get("/dashboard/audit/").status_code == 200
    admin.post(path, {"role": ""})
    assert browser.get("/dashboard/audit/").status_code == 403

    given = AuditEvent.objects.filter(action__in=(Action.ROLE_GIVEN, Action.ROLE_TAKEN))
    assert [event.user for event in given] == [boss, boss]


def test_a_role_goes_with_the_id_when_the_name_changes_hands(db):
    RoleGrant.objects.create(subject="ada", role=Role.OPERATOR)
    first = upsert_user(Person("id-1", "Ada"), None)
    renamed = upsert_user(Person("id-1", "ada-lovelace"), None)
    second = upsert_user(Person("id-2", "ada"), None)

    assert first == renamed
    assert role_of(renamed) is Role.OPERATOR
    assert role_of(second) is None


@pytest.mark.parametrize("subject", ["org:acme", f"org:{ACME.hf_id}"])
def test_members_of_an_organization_have_its_role_until_they_leave(db, subject):
    RoleGrant.objects.create(subject=subject, role=Role.VIEWER)
    member = upsert_user(Person("id-1", "ada", organizations=(ACME,)), None)
    other = upsert_user(Person("id-2", "bob"), None)
    assert (role_of(member), role_of(other)) == (Role.VIEWER, None)

    member = upsert_user(Person("id-1", "ada"), None)

    assert role_of(member) is None
    assert not Membership.objects.exists()


def test_an_organization_that_took_the_name_over_has_no_role(db):
    RoleGrant.objects.create(subject="org:acme", role=Role.ADMIN)
    upsert_user(Person("id-1", "ada", organizations=(ACME,)), None)

    taker = upsert_user(
        Person("id-2", "eve", organizations=(Organization("1" * 24, "acme"),)), None
    )

    assert role_of(taker) is None


def test_the_highest_of_several_roles_counts(db):
    RoleGrant.objects.create(subject="org:acme", role=Role.OPERATOR)
    RoleGrant.objects.create(subject="ada", role=Role.VIEWER)

    assert role_of(upsert_user(Person("id-1", "ada", organizations=(ACME,)), None)) is Role.OPERATOR


@pytest.fixture
def local(settings):
    settings.ADMIN_HF_USERS = []
    settings.PUBLIC_URL = "http://localhost:8000"


def test_who_signs_in_on_a_local_server_is_told_that_the_first_one_is_admin(local, db, client):
    before = client.get("/sign-in/").text
    make_user("ada")

    assert "whoever signs in first is its admin" in before
    assert "whoever signs in first" not in client.get("/sign-in/").text


def test_who_is_sent_from_the_dashboard_to_sign_in_is_told_whose_it_is(db, client):
    assert "for people with a role" in client.get("/dashboard/", follow=True).text


def test_the_first_person_on_a_local_server_is_its_admin_and_the_page_says_so(local, db, client_of):
    first, second = make_user("ada"), make_user("bob")

    assert (role_of(first), role_of(second)) == (Role.ADMIN, None)
    page = client_of(first).get("/settings/account/").text
    assert "first person" in page
    assert "first person" not in client_of(second).get("/settings/account/").text


def test_nobody_becomes_admin_on_a_server_that_others_can_reach(local, db, settings):
    settings.PUBLIC_URL = "https://mcp.example.org"

    assert role_of(make_user("ada")) is None


def test_nobody_becomes_admin_by_being_first_where_somebody_was_named(local, db, settings):
    settings.ADMIN_HF_USERS = ["the-operator"]

    assert role_of(make_user("ada")) is None


def test_of_several_first_people_at_once_one_becomes_admin(local, transactional_db, monkeypatch):
    users = [User.objects.create(username=name, hf_id=name) for name in ("ada", "bob")]
    start = Barrier(2)

    def sign_in(user: User) -> None:
        start.wait()
        # As if neither saw the other.
        User.objects.exclude(pk=user.pk).update(hf_id=None)
        make_first_admin(user)
        connection.close()

    threads = [Thread(target=sign_in, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert RoleGrant.objects.filter(is_first=True).count() == 1
