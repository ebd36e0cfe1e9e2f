"""What a row of the Tools page says besides its tick: what it lacks, and what is asked first."""

import pytest

from accounts.access_keys import create_access_key
from accounts.authorization.scopes import Scope
from accounts.consequences import ApprovalChoices, Choice
from accounts.models import HubCredential
from accounts.preferences import save_approvals

pytestmark = pytest.mark.django_db

SEARCH = "hub_repo_search"


def row_of(client, name):
    groups = client.get("/settings/tools/").context["tool_groups"]
    (row,) = [row for group in groups for row in group.rows if row.tool.name == name]
    return row


def needs_of(client, name):
    return [need.text for need in row_of(client, name).needs]


def test_a_tool_says_which_permission_on_hugging_face_it_lacks(alice_client, settings):
    settings.HF_OAUTH_CLIENT_ID = "a-client"
    HubCredential.objects.update(kind=HubCredential.Kind.OAUTH, scope="openid read-repos")
    assert needs_of(alice_client, "hf_jobs") == ["your permission on Hugging Face to “Run jobs”"]
    assert leads_to_what_mends_it(alice_client, "hf_jobs")

    settings.HF_OAUTH_FURTHER_SCOPES = []
    (need,) = row_of(alice_client, "hf_jobs").needs
    assert need.text.endswith(", which this server does not ask for")
    assert (need.url, need.action) == ("/settings/permissions/", "See your permissions")

    HubCredential.objects.update(scope="openid read-repos jobs")
    assert needs_of(alice_client, "hf_jobs") == []


def test_a_tool_that_writes_says_that_a_pasted_token_only_reads(alice_client):
    HubCredential.objects.update(kind=HubCredential.Kind.TOKEN, scope="read")

    assert "can only read" in needs_of(alice_client, "create_repo")[0]
    assert leads_to_what_mends_it(alice_client, "create_repo")
    assert needs_of(alice_client, SEARCH) == []


def test_a_tool_says_that_no_app_or_key_may_use_it(alice_client, alice):
    HubCredential.objects.update(kind=HubCredential.Kind.TOKEN, scope="write")
    assert needs_of(alice_client, "create_repo") == []  # nothing is connected yet

    create_access_key(alice, "Laptop", scopes=[Scope.READ])
    assert "an app or key that is allowed to" in needs_of(alice_client, "create_repo")[0]
    assert leads_to_what_mends_it(alice_client, "create_repo")
    assert needs_of(alice_client, SEARCH) == []

    create_access_key(alice, "Desktop", scopes=[Scope.READ, Scope.WRITE])
    assert needs_of(alice_client, "create_repo") == []


def test_a_tool_that_the_operator_switched_off_says_so(alice_client, settings):
    settings.DISABLE_TOOLS = [SEARCH]

    assert "administrator" in needs_of(alice_client, SEARCH)[0]


def leads_to_what_mends_it(client, name):
    (need,) = row_of(client, name).needs
    page, _, place = need.url.partition("#")
    assert f'href="{need.url}">{need.action}</a>' in client.get("/settings/tools/").text
    return f'id="{place}"' in client.get(page).text


def test_a_tool_says_what_is_asked_before_it_deletes_publishes_or_spends(alice_client, alice):
    save_approvals(alice, ApprovalChoices(delete=Choice.NEVER, spend=Choice.ALLOW))

    rules = row_of(alice_client, "hf_jobs").rules

    said = {rule.said: [kind.words for kind in rule.kinds] for rule in rules}
    assert said == {
        "Never done": ["deleting and overwriting"],
        "You are asked first": ["publishing"],
        "Done at once": ["spending"],
    }
    assert row_of(alice_client, SEARCH).rules == ()


def test_what_is_said_of_a_rule_leads_to_where_it_is_changed(alice_client):
    approvals = alice_client.get("/settings/approvals/").text

    for kind in (kind for rule in row_of(alice_client, "hf_jobs").rules for kind in rule.kinds):
        assert f'id="{kind.question}"' in approvals
        assert f'href="/settings/approvals/#{kind.question}"' in (
            alice_client.get("/settings/tools/").text
        )
