import asyncio

import pytest

from mcpendpoint.hub import errors
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.repos import get_repo
from mcpendpoint.hub.types import RepoType
from tests.mcpendpoint.hub_side import fresh_token

CREATE = "/api/repos/create"


async def create(client, name="notes"):
    return await client.change("POST", CREATE, {"name": name, "type": "model"})


def owner_of(token):
    return token.removeprefix("hf_user_")


async def test_a_change_is_seen_by_the_next_look_of_who_made_it(hub_side):
    token = fresh_token()
    client, repo_id = HubClient(token), f"{owner_of(token)}/notes"
    with pytest.raises(errors.HubNotFound):
        await get_repo(client, RepoType.MODEL, repo_id)

    made = await create(client)

    assert made["url"].endswith(repo_id)
    assert (await get_repo(client, RepoType.MODEL, repo_id)).id == repo_id


async def test_a_look_that_began_before_a_change_is_not_shown_after_it(hub_side):
    token = fresh_token()
    client, repo_id = HubClient(token), f"{owner_of(token)}/notes"
    hub_side.break_at(f"^/api/models/{repo_id}", delay=0.5, times=1, status=404)
    early = asyncio.create_task(get_repo(client, RepoType.MODEL, repo_id))
    await asyncio.sleep(0)  # it is on its way

    await create(client)

    assert (await get_repo(client, RepoType.MODEL, repo_id)).id == repo_id
    with pytest.raises(errors.HubNotFound):
        await early


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, errors.HubRateLimited),
        (500, errors.HubUnavailable),
        (503, errors.HubUnavailable),
        (502, errors.HubUncertain),
        (504, errors.HubUncertain),
    ],
)
async def test_a_change_is_never_sent_twice(hub_side, status, error):
    hub_side.break_at(f"^{CREATE}", status=status, headers={"Retry-After": "0"})

    with pytest.raises(error):
        await create(HubClient(fresh_token()))

    assert len(hub_side.asked(f"^{CREATE}")) == 1


async def test_a_change_without_an_answer_may_have_been_made(hub_side):
    hub_side.break_at(f"^{CREATE}", delay=5)

    with pytest.raises(errors.HubUncertain):
        await HubClient(fresh_token()).change("POST", CREATE, {"name": "a"}, seconds=0.2)


async def test_a_change_may_take_longer_than_an_answer(hub_side, settings):
    settings.HF_TIMEOUT_SECONDS = 0.2
    hub_side.break_at(f"^{CREATE}", delay=0.5)

    assert (await create(HubClient(fresh_token())))["url"]


async def test_a_change_that_never_arrived_can_be_tried_again(settings):
    settings.HF_ENDPOINT = "http://127.0.0.1:9"

    with pytest.raises(errors.HubUnavailable):
        await create(HubClient(fresh_token()))


async def test_a_change_does_not_follow_the_hub_elsewhere(hub_side):
    location = {"Location": "https://evil.example/api"}
    hub_side.break_at(f"^{CREATE}", status=307, headers=location)

    with pytest.raises(errors.HubBadAnswer):
        await create(HubClient(fresh_token()))


async def test_what_the_hub_says_of_a_refused_change_is_kept(hub_side):
    client = HubClient(fresh_token())
    await create(client)

    with pytest.raises(errors.HubConflict, match="already created"):
        await create(client)
