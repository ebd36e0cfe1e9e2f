"""The Hugging Face token of a user is fresh whenever it is asked for, or a new sign-in is."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.credentials import SignInNeeded, hub_token, recheck
from accounts.identity import HubUnreachable, whoami
from accounts.models import AuditEvent, HubCredential, User
from tests.accounts.conftest import make_user
from tests.accounts.sign_in_by_hand import tokens_of
from tests.live.product import OAUTH_CLIENT

pytestmark = pytest.mark.django_db(transaction=True)

OAUTH = HubCredential.Kind.OAUTH


@sync_to_async
def a_user(*, expires_in_seconds: float | None = None, **grant: object) -> User:
    expires_at = None
    if expires_in_seconds is not None:
        expires_at = timezone.now() + timedelta(seconds=expires_in_seconds)
    return make_user(expires_at=expires_at, **grant)


@pytest.fixture
def provider(settings, hub, oauth) -> str:
    """The origin of a Hub that people sign in with."""
    settings.HF_ENDPOINT = hub.url
    for name, value in OAUTH_CLIENT.items():
        setattr(settings, name, value)
    return hub.url


@pytest.fixture
async def oauth_user(provider, new_user):
    """A user with the tokens of a real sign-in, the access token just about to expire."""
    person = new_user()
    tokens = await sync_to_async(tokens_of)(provider, person.name)
    return await a_user(
        name=person.name,
        kind=OAUTH,
        access_token=tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        expires_in_seconds=60,
    )


def refreshes(provider: str) -> list[str | None]:
    """Return how each refresh that the provider was asked for ended since the last time."""
    log = httpx.delete(f"{provider}/oauth/_log").json()
    return [entry["error"] for entry in log if entry["grant_type"] == "refresh_token"]


def remove_app(provider: str, name: str) -> None:
    httpx.post(f"{provider}/oauth/_revoke", json={"name": name}).raise_for_status()


async def test_a_token_without_end_is_handed_out_as_it_is():
    user = await a_user(access_token="hf_forever")

    assert await hub_token(user.pk) == "hf_forever"


async def test_nobody_without_a_credential_gets_a_token():
    with pytest.raises(SignInNeeded):
        await hub_token(123_456_789)


async def test_a_pasted_token_holds_until_its_last_minute():
    user = await a_user(access_token="hf_soon_over", expires_in_seconds=60)

    assert await hub_token(user.pk) == "hf_soon_over"


async def test_an_expired_pasted_token_asks_for_a_new_sign_in():
    user = await a_user(access_token="hf_over", expires_in_seconds=-1)

    with pytest.raises(SignInNeeded):
        await hub_token(user.pk)

    credential = await HubCredential.objects.aget(user=user)
    assert credential.needs_sign_in
    assert credential.access_token == ""


async def test_a_new_sign_in_is_used_at_once():
    user = await a_user(access_token="hf_old")
    await hub_token(user.pk)

    await a_user(name=user.username, access_token="hf_new")

    assert await hub_token(user.pk) == "hf_new"


async def test_a_token_is_refreshed_before_it_expires_and_both_are_replaced(provider, oauth_user):
    before = await HubCredential.objects.aget(user=oauth_user)
    refreshes(provider)

    token = await hub_token(oauth_user.pk)

    after = await HubCredential.objects.aget(user=oauth_user)
    assert token == after.access_token != before.access_token
    assert after.refresh_token not in ("", before.refresh_token)
    assert after.expires_at - timezone.now() > timedelta(hours=7)
    assert after.scope
    assert (await whoami(token)).name == oauth_user.username
    assert refreshes(provider) == [None]


async def test_many_who_want_the_token_at_once_cause_one_refresh(provider, oauth_user):
    refreshes(provider)

    tokens = await asyncio.gather(*(hub_token(oauth_user.pk) for _ in range(20)))

    assert len(set(tokens)) == 1
    assert refreshes(provider) == [None]


async def test_a_refresh_token_that_is_no_good_asks_for_a_new_sign_in(provider):
    user = await a_user(
        kind=OAUTH, access_token="hf_a", refresh_token="made-up", expires_in_seconds=60
    )

    with pytest.raises(SignInNeeded):
        await hub_token(user.pk)

    credential = await HubCredential.objects.aget(user=user)
    assert credential.needs_sign_in
    assert (credential.access_token, credential.refresh_token) == ("", "")


async def test_a_token_that_still_holds_is_used_when_the_hub_is_unreachable():
    user = await a_user(
        kind=OAUTH, access_token="hf_still", refresh_token="r", expires_in_seconds=60
    )

    assert await hub_token(user.pk) == "hf_still"


async def test_an_expired_token_and_an_unreachable_hub_is_no_reason_to_sign_in():
    user = await a_user(
        kind=OAUTH, access_token="hf_over", refresh_token="r", expires_in_seconds=-1
    )

    with pytest.raises(HubUnreachable):
        await hub_token(user.pk)

    credential = await HubCredential.objects.aget(user=user)
    assert not credential.needs_sign_in
    assert credential.refresh_token == "r"


async def test_a_wrong_client_secret_does_not_cost_the_refresh_token(
    provider, oauth_user, settings, caplog
):
    settings.HF_OAUTH_CLIENT_SECRET = "wrong"

    token = await hub_token(oauth_user.pk)

    credential = await HubCredential.objects.aget(user=oauth_user)
    assert token == credential.access_token
    assert credential.refresh_token
    assert "token refresh with status" in caplog.text
    assert credential.refresh_token not in caplog.text


async def test_a_doubted_token_that_was_replaced_meanwhile_ends_nothing(provider, oauth_user):
    token = await hub_token(oauth_user.pk)

    await recheck(oauth_user.pk, "hf_of_yesterday")

    assert await hub_token(oauth_user.pk) == token


async def test_a_doubted_token_that_the_hub_still_knows_is_kept(provider, oauth_user):
    refreshes(provider)
    token = await hub_token(oauth_user.pk)

    await recheck(oauth_user.pk, token)

    assert await hub_token(oauth_user.pk) == token
    assert refreshes(provider) == [None]


async def test_a_doubt_that_cannot_be_settled_ends_nothing():
    user = await a_user(access_token="hf_still")

    await recheck(user.pk, "hf_still")

    assert await hub_token(user.pk) == "hf_still"


async def test_renewal_and_end_are_in_the_audit_log_without_a_token(provider, oauth_user):
    await hub_token(oauth_user.pk)
    await sync_to_async(remove_app)(provider, oauth_user.username)

    credential = await HubCredential.objects.aget(user=oauth_user)
    await recheck(oauth_user.pk, credential.access_token)

    log = AuditEvent.objects.filter(user_id=oauth_user.pk).order_by("pk")
    events = await sync_to_async(list)(log.values_list("action", "outcome", "detail"))
    assert events == [("hub_access_renewed", "ok", {}), ("hub_access_ended", "ok", {})]
