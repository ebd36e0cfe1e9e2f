"""Who is an admin is what ADMIN_HF_USERS says of a Hugging Face id, at each request."""

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from accounts import admins
from accounts.audit import Action, Outcome
from accounts.models import AuditEvent, User
from accounts.operators.roles import role_of
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db

HUB_ID = "0123456789abcdef01234567"
OTHER_ID = "f" * 24
PAGES = (
    "/dashboard/",
    "/dashboard/audit/",
    "/dashboard/api/metrics",
    "/dashboard/audit/export.csv",
)


@pytest.fixture
def named(settings):
    def set_entries(*entries: str) -> None:
        settings.ADMIN_HF_USERS = list(entries)

    set_entries("Ada")
    return set_entries


def statuses(client) -> set[int]:
    return {client.get(page).status_code for page in PAGES}


def logged(*actions: Action) -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(action__in=actions).order_by("pk")
    return [(event.action, event.hf_id, event.outcome) for event in events]


def test_whoever_is_named_is_an_admin_on_every_page(named, client_of):
    ada = make_user("ada", hf_id=HUB_ID)

    assert statuses(client_of(ada)) == {200}
    assert "Dashboard" in client_of(ada).get("/settings/").text


def test_whoever_is_taken_out_is_none_at_the_next_request(named, client_of):
    browser = client_of(make_user("ada", hf_id=HUB_ID))
    assert statuses(browser) == {200}

    named()

    assert statuses(browser) == {403}
    assert ">Dashboard<" not in browser.get("/settings/account/").text


@pytest.mark.parametrize("entry", [HUB_ID, f"id:{HUB_ID}", HUB_ID.upper(), f"ID:{HUB_ID}"])
def test_an_admin_can_be_named_by_id_whatever_their_name(named, client_of, entry):
    named(entry)
    browser = client_of(make_user("ada", hf_id=HUB_ID))
    make_user("ada-lovelace", hf_id=HUB_ID)

    assert statuses(browser) == {200}


@pytest.mark.parametrize("entry", [HUB_ID, f"id:{HUB_ID}", "id:ada"])
def test_an_id_in_the_setting_is_nobodys_name(named, client_of, entry):
    named(entry)
    name = entry.removeprefix("id:")

    assert statuses(client_of(make_user(name, hf_id=OTHER_ID))) == {403}


def test_whoever_takes_over_the_name_of_an_admin_is_none(named, client_of):
    ada = make_user("ada", hf_id=HUB_ID)
    thief = make_user("ADA", hf_id=OTHER_ID)

    assert statuses(client_of(thief)) == {403}
    assert statuses(client_of(ada)) == {200}
    assert logged(Action.ADMIN_NAME_REFUSED) == [
        (Action.ADMIN_NAME_REFUSED, OTHER_ID, Outcome.DENIED)
    ]
    assert logged(Action.NAME_TAKEN_OVER) == [(Action.NAME_TAKEN_OVER, HUB_ID, Outcome.OK)]


def test_a_name_stays_bound_while_it_is_out_of_the_setting(named, client_of):
    ada = make_user("ada", hf_id=HUB_ID)
    named()
    thief = make_user("ada", hf_id=OTHER_ID)
    named("ada")
    make_user("ada", hf_id=OTHER_ID)

    assert statuses(client_of(thief)) == {403}
    assert statuses(client_of(ada)) == {200}


def test_an_operator_gives_the_name_to_its_new_holder(named, client_of, capsys):
    ada = make_user("ada", hf_id=HUB_ID)
    holder = make_user("ada", hf_id=OTHER_ID)

    call_command("people", "admin", "ada", OTHER_ID)
    call_command("people", "admin")

    assert statuses(client_of(holder)) == {200}
    assert statuses(client_of(ada)) == {403}
    assert f"ada is {OTHER_ID}" in capsys.readouterr().out
    assert logged(Action.ADMIN_LOST, Action.ADMIN_NAME_BOUND, Action.ADMIN_GAINED) == [
        (Action.ADMIN_GAINED, HUB_ID, Outcome.OK),
        (Action.ADMIN_LOST, HUB_ID, Outcome.OK),
        (Action.ADMIN_NAME_BOUND, OTHER_ID, Outcome.OK),
        (Action.ADMIN_GAINED, OTHER_ID, Outcome.OK),
    ]


def test_only_what_is_in_the_setting_can_be_bound(named):
    with pytest.raises(CommandError, match="no name in ADMIN_HF_USERS"):
        call_command("people", "admin", "bob", OTHER_ID)


def test_gain_and_loss_are_in_the_log_once(named):
    make_user("ada", hf_id=HUB_ID)
    make_user("ada", hf_id=HUB_ID)
    named()
    admins.note_changes()
    admins.note_changes()

    assert logged(Action.ADMIN_GAINED, Action.ADMIN_LOST) == [
        (Action.ADMIN_GAINED, HUB_ID, Outcome.OK),
        (Action.ADMIN_LOST, HUB_ID, Outcome.OK),
    ]


def test_columns_of_django_make_nobody_an_admin(named, client_of):
    bob = make_user("bob", hf_id=OTHER_ID)
    User.objects.update(is_staff=True, is_superuser=True)

    assert statuses(client_of(bob)) == {403}


def test_a_disabled_account_is_no_admin(named):
    ada = make_user("ada", hf_id=HUB_ID)
    User.objects.update(is_active=False)
    ada.refresh_from_db()

    assert role_of(ada) is None


def test_an_admin_who_reads_the_log_is_in_it_once_for_the_same_reading(named, client_of):
    cache.clear()
    browser = client_of(make_user("ada", hf_id=HUB_ID))
    for query in ("", "", "?action=sign_in"):
        browser.get(f"/dashboard/audit/{query}")

    events = AuditEvent.objects.filter(action=Action.AUDIT_READ).order_by("pk")
    assert [event.detail for event in events] == [{"filter": ""}, {"filter": "action=sign_in"}]


def test_where_nobody_is_an_admin_the_pages_say_how_to_become_one(named, client_of, settings):
    named()
    settings.PUBLIC_URL = "https://mcp.example.org"
    browser = client_of(make_user("ada", hf_id=HUB_ID))

    for path in ("/settings/account/", "/dashboard/"):
        assert f"ADMIN_HF_USERS=id:{HUB_ID}" in browser.get(path).text


def test_whoever_is_no_admin_where_there_are_some_is_told_whom_to_ask(named, client_of):
    browser = client_of(make_user("bob", hf_id=OTHER_ID))

    assert "ADMIN_HF_USERS=" not in browser.get("/settings/account/").text
    assert "to add your Hugging Face id" in browser.get("/dashboard/").text
