"""What a group withholds is neither listed nor callable, whatever was saved or a URL says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access_keys import create_access_key
from accounts.authorization.scopes import ALL_SCOPES
from accounts.consequences import JUST_DO_IT
from accounts.groups.reading import offer_to
from accounts.models import PersonChange
from accounts.operators.models import Membership
from accounts.operators.subjects import Organization
from accounts.people import Person, upsert_user
from accounts.preferences import save_approvals, save_tools
from accounts.space_selection import add_space
from tests.accounts.groups.conftest import FILES, JOBS, SEARCH, WRITE
from tests.live.people import new_user

pytestmark = pytest.mark.django_db

ACME = Organization("0" * 24, "acme")


@pytest.fixture(autouse=True)
def _asks_nobody_to_sign_in_anew(settings):
    settings.OPERATOR_CONTACT = "ada@example.org"


@pytest.fixture
def key(alice, key_of):
    return key_of(alice)


@pytest.fixture
def tools_of(ask):
    def names(token, path="/mcp"):
        answer = ask(token, path=path).json()
        return {tool["name"] for tool in answer["result"]["tools"]}

    return names


@pytest.fixture
def call(ask):
    def call(token, name, arguments=None, path="/mcp"):
        params = {"name": name, "arguments": arguments or {}}
        return ask(token, "tools/call", params, path=path).json()

    return call


def saved_by(user, *tools):
    save_tools(user, tools, include_images=True, urls_may_write=True)


def test_what_was_chosen_before_has_no_effect_while_a_group_does_not_offer_it(
    alice, key, tools_of, make_group, delete_group
):
    saved_by(alice, SEARCH, JOBS)
    assert {SEARCH, JOBS} <= tools_of(key)

    group = make_group(f"id:{alice.hf_id}", tools=[SEARCH])
    assert {SEARCH, JOBS} & tools_of(key) == {SEARCH}

    delete_group(group)
    assert {SEARCH, JOBS} <= tools_of(key)


@pytest.mark.parametrize("query", ["bouquet=all", "mix=jobs", "bouquet=jobs", "mix=all"])
def test_no_url_brings_what_a_group_does_not_offer(alice, key, tools_of, make_group, query):
    saved_by(alice, SEARCH)
    assert JOBS in tools_of(key, f"/mcp?{query}")

    make_group(alice.username, tools=[SEARCH, FILES])

    assert JOBS not in tools_of(key, f"/mcp?{query}")


def test_a_call_says_that_it_is_not_offered_and_whom_to_ask(alice, key, call, make_group):
    saved_by(alice, JOBS)
    make_group(alice.username, name="Students", tools=[SEARCH])

    result = call(key, JOBS)["result"]

    assert result["isError"]
    assert result["content"][0]["text"] == (
        f"{JOBS}: Not offered to your group “Students”. Ask ada@example.org about it."
    )


def test_who_never_chose_begins_with_the_groups_tools(alice, key, tools_of, make_group):
    make_group(alice.username, default_tools=[WRITE])

    shown = tools_of(key)

    assert WRITE in shown and SEARCH not in shown


@pytest.mark.parametrize("path", ["/mcp?gradio=acme/demo", "/mcp?gradio=acme/demo&bouquet=search"])
def test_a_url_with_spaces_that_are_not_offered_says_so(alice, key, ask, make_group, path):
    make_group(alice.username, spaces=["other/*"])

    error = ask(key, path=path).json()["error"]

    assert error["data"] == {"reason": "space_not_allowed", "spaces": ["acme/demo"]}
    assert "Not offered to your group “Students”" in error["message"]


def test_a_call_of_a_space_that_is_not_offered_is_refused(alice, key, call, make_group):
    saved = add_space(alice, "acme/demo", is_private=False, title="Demo", emoji="")
    make_group(alice.username, spaces=["acme/other"])

    result = call(key, f"{saved.prefix}predict")["result"]

    assert result["isError"]
    assert "Not offered to your group “Students”" in result["content"][0]["text"]


def test_dynamic_space_runs_no_space_that_is_not_offered(alice, key, call, make_group):
    saved_by(alice, "dynamic_space")
    make_group(alice.username, spaces=["other/*"])

    arguments = {"operation": "view_parameters", "space_name": "acme/demo"}
    result = call(key, "dynamic_space", arguments)["result"]

    assert result["isError"]
    assert "Not offered to your group “Students”" in result["content"][0]["text"]


def test_a_person_may_not_be_laxer_than_their_group(alice, call, make_group):
    save_tools(alice, ["create_repo"], include_images=True)
    save_approvals(alice, JUST_DO_IT)
    make_group(alice.username, approve_publish="never")
    key = create_access_key(alice, "Laptop", scopes=ALL_SCOPES)[1]

    result = call(key, "create_repo", {"uri": f"hf://models/{alice.username}/x", "private": False})

    assert "tools may not publish anything here" in result["result"]["content"][0]["text"]


def test_a_groups_limit_is_the_persons_own(alice, stranger, key, key_of, ask, make_group):
    make_group(alice.username, requests_per_minute=2)
    of_stranger = key_of(stranger)

    # Two come at once, and which are counted as whose is known from the second on.
    statuses = [ask(key, "ping").status_code for _ in range(5)]
    assert statuses[0] == 200 and statuses[-1] == 429
    assert {ask(of_stranger, "ping").status_code for _ in range(5)} == {200}


def test_a_group_for_everybody_else_holds_for_who_is_in_no_other(
    alice, stranger, key, key_of, tools_of, make_group
):
    make_group(name="Guests", tools=[SEARCH])
    make_group(alice.username, tools=[FILES])

    of_stranger, nobodys = tools_of(key_of(stranger)), tools_of(None)

    assert {SEARCH, FILES} & tools_of(key) == {FILES}
    assert {SEARCH, FILES} & of_stranger == {SEARCH}
    assert {SEARCH, FILES} <= nobodys


def test_members_of_an_organization_are_in_its_group(alice, key, tools_of, make_group):
    Membership.objects.create(user=alice, org_id=ACME.hf_id, name=ACME.name)
    make_group(f"org:{ACME.hf_id}", tools=[SEARCH])

    assert {SEARCH, FILES} & tools_of(key) == {SEARCH}


def test_an_organizations_name_stands_for_it_from_a_sign_in_on(make_group):
    make_group("org:acme", tools=[SEARCH])

    ada = upsert_user(Person("id-of-ada", "ada", organizations=(ACME,)), None)
    mallory = upsert_user(
        Person("id-of-mallory", "mallory", organizations=(Organization("1" * 24, "acme"),)), None
    )

    assert offer_to(ada).groups == ("Students",)
    assert offer_to(mallory).groups == ()


def test_a_name_stays_with_who_had_it_when_it_was_added(alice, make_group):
    name = alice.username
    make_group(name, tools=[SEARCH])

    upsert_user(Person(alice.hf_id, "renamed"), None)
    other = upsert_user(Person("id-of-another", name), None)

    alice.refresh_from_db()
    assert offer_to(alice).groups == ("Students",)
    assert offer_to(other).groups == ()


def test_who_holds_a_token_and_never_signed_in_is_in_a_group_too(hub, settings, ask, make_group):
    settings.HF_ENDPOINT = hub.url
    settings.MCP_ACCEPT_HF_TOKENS = True
    make_group(name="Guests", tools=[SEARCH])

    tools = ask(new_user().token).json()["result"]["tools"]

    assert {SEARCH, FILES} & {tool["name"] for tool in tools} == {SEARCH}


def test_a_known_caller_costs_no_query_with_groups_or_without(alice, key, ask, make_group):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ask(key).status_code == 200
        return len(asked)

    ask(key)
    without = queries()
    make_group("somebody-else", tools=[SEARCH])
    ask(key)

    assert queries() == without


def test_every_process_hears_of_a_change_of_groups(alice, make_group, boss):
    def notes():
        return list(PersonChange.objects.values_list("user_id", flat=True))

    before = notes()
    group = make_group(alice.username, tools=[SEARCH])
    made = notes()[len(before) :]
    group.tools = [FILES]
    group.save()
    changed = notes()[len(before) + len(made) :]
    group.delete()

    assert None in made and changed == [None]
    assert notes()[-1] is None
