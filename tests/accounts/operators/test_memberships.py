"""The organizations that Hugging Face tells of: at sign-in, when it is renewed, and bad answers."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from accounts.credentials import hub_token
from accounts.huggingface.exchange import UserInfo
from accounts.models import HubCredential
from accounts.operators.memberships import MAX_ORGANIZATIONS
from accounts.operators.models import Membership, Role, RoleGrant
from accounts.operators.subjects import Organization
from tests.accounts.conftest import make_user
from tests.accounts.sign_in_by_hand import sign_in
from tests.standins.odd_provider import HF_ID, PERSON, odd_provider

ACME = {"sub": "0" * 24, "preferred_username": "acme", "name": "Acme"}


def read(orgs: object) -> tuple[Organization, ...]:
    return UserInfo.model_validate({"sub": "1", "preferred_username": "ada", "orgs": orgs}).orgs


@pytest.mark.parametrize(
    "orgs",
    [
        None,
        "acme",
        {"sub": "1"},
        [None, 7, "x", []],
        [{"sub": "1"}],
        [{"sub": 1, "preferred_username": "acme"}],
        [{"sub": "1", "preferred_username": "a/b"}],
        [ACME | {"securityRestrictions": ["mfa"]}],
        [ACME | {"securityRestrictions": "mfa"}],
        [ACME | {"pendingSSO": True}],
        [ACME | {"missingMFA": True}],
        [ACME | {"missingMFA": "yes, of course"}],
    ],
)
def test_what_tells_of_no_good_membership_is_passed_over(orgs):
    assert read(orgs) == ()


def test_who_has_done_what_the_organization_asks_for_is_a_member():
    done = {"securityRestrictions": [], "pendingSSO": False, "missingMFA": None}

    assert read([ACME | done]) == (Organization("0" * 24, "acme"),)


def test_a_bad_organization_spoils_no_other():
    assert read([None, ACME, {"sub": "x"}]) == (Organization("0" * 24, "acme"),)


def test_organizations_are_bounded():
    many = [ACME | {"sub": str(number)} for number in range(MAX_ORGANIZATIONS + 5)]

    assert len(read(many)) == MAX_ORGANIZATIONS


def test_a_sign_in_with_hugging_face_tells_organizations(origin, visitor, db):
    assert sign_in(visitor, "alice").status_code == 302

    assert list(Membership.objects.values_list("name", flat=True)) == ["acme"]


@pytest.mark.parametrize(("told", "stored"), [([], []), ([ACME], ["acme"])])
@pytest.mark.django_db(transaction=True)
def test_a_renewed_sign_in_tells_them_anew(settings, told, stored):
    with odd_provider() as provider:
        settings.HF_ENDPOINT = provider.url
        settings.HF_OAUTH_CLIENT_ID = provider.client_id
        RoleGrant.objects.create(subject="org:acme", role=Role.VIEWER)
        ada = make_user(
            "ada",
            hf_id=HF_ID,
            kind=HubCredential.Kind.OAUTH,
            access_token="hf_old",
            refresh_token="refresh-old",
            scope="openid profile",
            expires_at=timezone.now() + timedelta(seconds=60),
        )
        Membership.objects.create(user=ada, org_id="1" * 24, name="left-behind")
        provider.change[PERSON] = lambda right: right | {"orgs": told}

        async_to_sync(hub_token)(ada.pk)

        assert list(Membership.objects.values_list("name", flat=True)) == stored
