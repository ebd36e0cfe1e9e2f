"""A slow or lost answer to a refresh costs nobody their sign-in, and makes nobody else wait."""

import asyncio
import json
import time
from contextlib import suppress
from datetime import timedelta
from threading import Event

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.utils import timezone

from accounts import credentials
from accounts.credentials import SignInNeeded, hub_token
from accounts.identity import HubUnreachable
from accounts.models import HubCredential, User
from accounts.preferences import preferences_changed
from accounts.refreshing import PAUSE, Step, begin, finish, longest_wait
from accounts.token_answers import TokenAnswer
from tests.accounts.conftest import make_user
from tests.standins.odd_provider import TOKEN, Reply, odd_provider

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "hf_oauth_ada_2"


@pytest.fixture
def provider(settings):
    with odd_provider() as provider:
        settings.HF_ENDPOINT = provider.url
        settings.HF_OAUTH_CLIENT_ID = provider.client_id
        yield provider


@pytest.fixture
def ada(provider) -> User:
    return make_user(
        "ada",
        kind=HubCredential.Kind.OAUTH,
        access_token="hf_old",
        refresh_token="refresh-old",
        scope="openid jobs",
        expires_at=timezone.now() + timedelta(seconds=60),
    )


def expire() -> None:
    HubCredential.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def pass_pause() -> None:
    HubCredential.objects.update(refresh_failed_at=timezone.now() - PAUSE)


def forget(user: User) -> None:
    """Let this process know no more than the database does."""
    preferences_changed.send(sender=User, user_id=user.pk)


def no_answer(right: object) -> Reply:
    return Reply(b"{", status=503)


def stored() -> tuple[str, str]:
    credential = HubCredential.objects.get()
    return credential.access_token, credential.refresh_token


async def test_a_lost_answer_leaves_both_old_tokens_and_the_next_attempt_sends_the_same(
    provider, ada
):
    provider.change[TOKEN] = no_answer
    assert await hub_token(ada.pk) == "hf_old"
    assert await sync_to_async(stored)() == ("hf_old", "refresh-old")

    del provider.change[TOKEN]
    await sync_to_async(pass_pause)()
    forget(ada)

    assert await hub_token(ada.pk) == NEW
    assert await sync_to_async(stored)() == (NEW, "refresh-2")


@pytest.mark.parametrize("is_expired", [True, False])
async def test_after_a_failure_nobody_asks_again_for_a_while(provider, ada, is_expired):
    if is_expired:
        await sync_to_async(expire)()
    provider.change[TOKEN] = no_answer

    for _ in range(3):
        forget(ada)
        try:
            assert await hub_token(ada.pk) == "hf_old"
        except HubUnreachable:
            assert is_expired

    assert provider.asked == [TOKEN]


async def test_no_transaction_is_open_while_hugging_face_is_asked(provider, ada):
    written = []

    def write_meanwhile(right):
        # Others may hold the lock for a moment, but not for as long as this request takes.
        deadline = time.monotonic() + 0.8
        while not written and time.monotonic() < deadline:
            with suppress(OperationalError):
                written.append(User.objects.update(hub_changes=7))
        connection.close()
        return right

    provider.change[TOKEN] = write_meanwhile

    assert await hub_token(ada.pk) == NEW
    assert written == [1]


async def test_who_comes_while_another_refreshes_waits_for_them(provider, ada):
    start = await sync_to_async(begin)(ada.pk)
    waiting = asyncio.create_task(hub_token(ada.pk))
    done, _ = await asyncio.wait({waiting}, timeout=0.3)
    assert not done

    answer = TokenAnswer(access_token="hf_theirs", refresh_token="r", expires_in=3_600)
    assert await sync_to_async(finish)(ada.pk, start, answer)

    assert await waiting == "hf_theirs"
    assert provider.asked == []


async def test_whose_token_holds_does_not_wait_for_a_slow_refresh(
    provider, ada, settings, monkeypatch
):
    monkeypatch.setattr("accounts.credentials.PATIENCE_SECONDS", 0.1)
    settings.HF_TIMEOUT_SECONDS = 10
    go_on = Event()
    provider.change[TOKEN] = lambda right: right if go_on.wait(10) else right

    assert await hub_token(ada.pk) == "hf_old"

    go_on.set()
    await asyncio.gather(*credentials._refreshes)
    forget(ada)
    assert await hub_token(ada.pk) == NEW
    assert provider.asked == [TOKEN]


async def test_a_process_that_was_lost_between_answer_and_storing_is_not_waited_for_for_ever(
    provider, ada
):
    await sync_to_async(begin)(ada.pk)
    lost = timezone.now() - timedelta(seconds=longest_wait())
    await HubCredential.objects.aupdate(refreshing_since=lost)

    assert await hub_token(ada.pk) == NEW


@pytest.mark.parametrize("field", ["refreshing_since", "refresh_failed_at"])
def test_a_clock_that_was_wrong_for_a_while_holds_up_nobody(ada, field):
    HubCredential.objects.update(**{field: timezone.now() + timedelta(days=100)})

    assert begin(ada.pk).step is Step.REFRESH


def test_a_new_sign_in_during_a_refresh_is_what_counts(ada):
    start = begin(ada.pk)
    make_user("ada", kind=HubCredential.Kind.OAUTH, access_token="hf_new", refresh_token="r-new")

    assert not finish(ada.pk, start, TokenAnswer(access_token="hf_late"))
    assert stored() == ("hf_new", "r-new")


def test_whoever_comes_back_too_late_changes_nothing(ada):
    first = begin(ada.pk)
    HubCredential.objects.update(refreshing_since=None)
    second = begin(ada.pk)
    finish(ada.pk, second, TokenAnswer(access_token="hf_second", refresh_token="r2"))

    assert not finish(ada.pk, first, TokenAnswer(access_token="hf_first"))
    assert stored() == ("hf_second", "r2")


async def test_a_refused_refresh_token_leaves_the_access_token_until_its_end(provider, ada):
    refusal = json.dumps({"error": "invalid_grant"}).encode()
    provider.change[TOKEN] = lambda right: Reply(refusal, status=400)

    # The provider has no whoami-v2: whether the token is good cannot be found out.
    assert await hub_token(ada.pk) == "hf_old"
    assert await sync_to_async(stored)() == ("hf_old", "")

    await sync_to_async(expire)()
    forget(ada)
    with pytest.raises(SignInNeeded):
        await hub_token(ada.pk)


async def test_odd_parts_of_an_answer_do_not_lose_the_rest(provider, ada):
    odd = {"expires_in": 10**30, "refresh_token": None, "scope": ["openid"], "id_token": "x"}
    provider.change[TOKEN] = lambda right: right | odd

    assert await hub_token(ada.pk) == NEW
    assert await sync_to_async(stored)() == (NEW, "refresh-old")
    credential = await HubCredential.objects.aget()
    assert credential.scope == "openid jobs"
    assert credential.expires_at > timezone.now() + timedelta(days=300)
