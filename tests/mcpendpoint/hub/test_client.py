import asyncio

import pytest

from mcpendpoint.hub import errors
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.hub.repos import get_account, get_readme, get_repo, list_repos
from mcpendpoint.hub.types import Model, RepoType
from tests.mcpendpoint.hub_side import fresh_token

TINY = "^/api/models/acme/tiny-llm"


async def tiny(client=None):
    return await get_repo(client or HubClient(None), RepoType.MODEL, "acme/tiny-llm")


async def test_a_repository_is_read(hub_side):
    model = await tiny()

    assert (model.id, model.owner, model.pipeline_tag) == (
        "acme/tiny-llm",
        "acme",
        "text-generation",
    )
    assert model.safetensors.total == 7_000_000


async def test_a_renamed_repository_is_found_under_its_old_name(hub_side):
    model = await get_repo(HubClient(None), RepoType.MODEL, "gpt2")

    assert model.id == "openai-community/gpt2"


async def test_a_readme_comes_without_its_yaml(hub_side):
    text = await get_readme(HubClient(None), RepoType.MODEL, "acme/tiny-llm")

    assert text.startswith("# Tiny LLM 🐜")


async def test_accounts_are_users_or_organizations(hub_side):
    client = HubClient(None)

    assert (await get_account(client, "alice")).user == "alice"
    assert (await get_account(client, "acme")).fullname == "Acme Corporation"
    with pytest.raises(errors.HubNotFound):
        await get_account(client, "nobody-at-all")


async def test_pages_follow_each_other_to_the_end(hub_side):
    client, cursor, ids = HubClient(None), None, []
    acme = ("author", "acme")
    while True:
        page = await list_repos(client, RepoType.MODEL, [acme, ("limit", "2")], cursor)
        ids += [model.id for model in page.items]
        cursor = page.cursor
        if cursor is None:
            break

    whole = await list_repos(client, RepoType.MODEL, [acme], None)
    assert ids == [model.id for model in whole.items]
    assert len(ids) == len(set(ids)) > 2


@pytest.mark.parametrize("url", ["https://evil.example/api/models?cursor=x", "//[bad"])
async def test_a_next_page_elsewhere_is_not_followed(hub_side, url):
    body, link = '[{"id": "a/b"}]', f'<{url}>; rel="next"'
    hub_side.break_at("^/api/models", status=200, body=body, headers={"Link": link})

    page = await list_repos(HubClient(None), RepoType.MODEL, [], None)

    assert [model.id for model in page.items] == ["a/b"]
    assert page.cursor is None


async def test_what_is_known_is_not_asked_again(hub_side):
    await tiny()
    await tiny()

    assert len(hub_side.asked(TINY)) == 1


async def test_many_at_once_are_one_request(hub_side):
    hub_side.break_at(TINY, delay=0.1)

    models = await asyncio.gather(*(tiny() for _ in range(20)))

    assert len({model.id for model in models}) == 1
    assert len(hub_side.asked(TINY)) == 1


async def test_one_who_goes_away_does_not_spoil_it_for_the_others(hub_side):
    hub_side.break_at(TINY, delay=0.1)
    first = asyncio.create_task(tiny())
    second = asyncio.create_task(tiny())
    await asyncio.sleep(0)

    first.cancel()

    assert (await second).id == "acme/tiny-llm"


async def test_a_private_answer_reaches_only_the_token_that_got_it(hub_side):
    async def diary(token):
        return await get_repo(HubClient(token), RepoType.DATASET, "alice/diary")

    assert (await diary("hf_alice")).private
    with pytest.raises(errors.HubNotFound):
        await diary("hf_bob")
    with pytest.raises(errors.HubNotSignedIn):
        await diary(None)
    assert (await diary("hf_alice")).private


async def test_callers_at_the_same_time_do_not_share_a_flight(hub_side):
    hub_side.break_at("diary", delay=0.05)

    async def diary(token):
        try:
            return await get_repo(HubClient(token), RepoType.DATASET, "alice/diary")
        except errors.HubError as error:
            return type(error)

    answers = await asyncio.gather(*(diary(token) for token in ["hf_alice", "hf_bob", None] * 5))

    assert {str(answer) for answer in answers[1::3]} == {str(errors.HubNotFound)}
    assert {str(answer) for answer in answers[2::3]} == {str(errors.HubNotSignedIn)}
    assert {answer.id for answer in answers[0::3]} == {"alice/diary"}


async def test_a_missing_repository_is_asked_for_once_in_a_while(hub_side):
    for _ in range(3):
        with pytest.raises(errors.HubNotSignedIn):
            await get_repo(HubClient(None), RepoType.MODEL, "no/such-model")

    assert len(hub_side.asked("no/such-model")) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failure_is_tried_again_once_and_then_reported(hub_side, status):
    hub_side.break_at(TINY, status=status, headers={"Retry-After": "0"})

    with pytest.raises(errors.HubUnavailable) as caught:
        await tiny()

    assert caught.value.is_retryable
    assert caught.value.message == f"The Hub answers {status}"
    assert len(hub_side.asked(TINY)) == 2


async def test_a_passing_failure_is_not_noticed(hub_side):
    hub_side.break_at(TINY, status=503, times=1)

    assert (await tiny()).id == "acme/tiny-llm"


async def test_a_passing_rate_limit_is_waited_for(hub_side):
    hub_side.break_at(TINY, status=429, headers={"Retry-After": "0"}, times=1)

    assert (await tiny()).id == "acme/tiny-llm"


async def test_a_long_rate_limit_is_reported_at_once_and_respected(hub_side):
    hub_side.break_at(TINY, status=429)

    for _ in range(3):
        with pytest.raises(errors.HubRateLimited) as caught:
            await tiny()

    assert caught.value.retry_after_seconds == 55
    assert len(hub_side.asked(TINY)) == 1


async def test_a_failure_is_not_remembered(hub_side):
    hub_side.break_at(TINY, status=500, headers={"Retry-After": "0"})
    with pytest.raises(errors.HubUnavailable):
        await tiny()

    hub_side.heal()

    assert (await tiny()).id == "acme/tiny-llm"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_what_will_not_change_is_not_tried_again(hub_side, status):
    hub_side.break_at(TINY, status=status)

    with pytest.raises(errors.HubError) as caught:
        await tiny()

    assert not caught.value.is_retryable
    assert len(hub_side.asked(TINY)) == 1


async def test_a_slow_hub_is_not_waited_for_forever(hub_side, settings):
    settings.HF_TIMEOUT_SECONDS = 0.2
    hub_side.break_at(TINY, delay=2)

    with pytest.raises(errors.HubUnavailable, match="in time"):
        await tiny()


async def test_an_answer_that_breaks_off_is_tried_again(hub_side):
    hub_side.break_at(TINY, cut=True, times=1)

    assert (await tiny()).id == "acme/tiny-llm"


async def test_nobody_listening_is_reported_as_unavailable(settings):
    forget_answers()
    settings.HF_ENDPOINT = "http://127.0.0.1:9"

    with pytest.raises(errors.HubUnavailable):
        await tiny()


@pytest.mark.parametrize(
    "body", ["", "OK", "<html>", "[]", "null", "7", '{"id": ', '{"id": {}}', '{"name": "x"}']
)
async def test_an_answer_of_another_form_is_said_to_be_that(hub_side, body):
    hub_side.break_at(TINY, status=200, body=body)

    with pytest.raises(errors.HubBadAnswer):
        await tiny()


async def test_an_endless_answer_is_cut_off(hub_side):
    hub_side.break_at(TINY, status=200, body='{"id": "' + "x" * 6_000_000 + '"}')

    with pytest.raises(errors.HubBadAnswer, match="larger than"):
        await tiny()


async def test_a_redirect_to_another_host_is_not_followed(hub_side):
    elsewhere = hub_side.url.replace("127.0.0.1", "localhost") + "/api/whoami-v2"
    hub_side.break_at(TINY, status=307, headers={"Location": elsewhere})

    with pytest.raises(errors.HubBadAnswer, match="another host"):
        await tiny(HubClient("hf_alice"))

    assert hub_side.asked("whoami") == []


async def test_a_redirect_to_what_is_no_url_is_a_bad_answer(hub_side):
    hub_side.break_at(TINY, status=307, headers={"Location": "//[bad"})

    with pytest.raises(errors.HubBadAnswer, match="no URL"):
        await tiny()


async def test_a_question_sent_by_post_is_remembered_by_its_body(hub_side):
    client, path = HubClient(None), "/api/models/acme/tiny-llm/paths-info/main"

    for paths in (["notes.txt"], ["config.json"], ["notes.txt"]):
        (entry,) = await client.query_json(path, {"paths": paths, "expand": False})
        assert entry["path"] == paths[0]

    assert [entry["method"] for entry in hub_side.asked(path)] == ["POST", "POST"]


async def test_a_question_sent_by_post_follows_a_renamed_repository(hub_side):
    path = "/api/models/gpt2/paths-info/main"

    (entry,) = await HubClient(None).query_json(path, {"paths": ["README.md"]})

    assert entry["type"] == "file"


async def test_a_cancelled_question_is_not_asked_to_the_end(hub_side):
    hub_side.break_at(TINY, status=503, headers={"Retry-After": "0"}, delay=0.2)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(tiny(), timeout=0.1)
    await asyncio.sleep(0.3)

    assert len(hub_side.asked(TINY)) == 1  # it would have been tried again


async def test_a_redirect_in_circles_ends(hub_side):
    hub_side.break_at(TINY, status=307, headers={"Location": "/api/models/acme/tiny-llm"})

    with pytest.raises(errors.HubBadAnswer, match="too often"):
        await tiny()


@pytest.mark.parametrize("token", ["hf_\r\nX-Evil: 1", "hf_ü", "hf a", "hf_" + "x" * 30_000])
async def test_a_token_that_cannot_be_one_is_not_sent(hub_side, token):
    with pytest.raises(errors.HubTokenRefused):
        await tiny(HubClient(token))

    assert hub_side.asked() == []


async def test_a_refused_token_is_told_from_none(hub_side):
    with pytest.raises(errors.HubTokenRefused):
        await tiny(HubClient("hf_expired"))


async def test_an_unchanged_answer_is_not_sent_twice(hub_side):
    answer = '{"id": "acme/tiny-llm", "likes": 1}'
    hub_side.break_at(TINY, status=200, body=answer, headers={"ETag": '"1"'}, times=1)
    hub_side.break_at(TINY, status=304)
    client = HubClient(fresh_token())

    models = [
        await client.get_model(Model, "/api/models/acme/tiny-llm", seconds=1e-9) for _ in range(2)
    ]

    assert [model.likes for model in models] == [1, 1]
    assert [entry["status"] for entry in hub_side.asked(TINY)] == [200, 304]


async def test_a_read_error_leaks_neither_token_nor_url(hub_side):
    hub_side.break_at(TINY, status=500, headers={"Retry-After": "0"})

    with pytest.raises(errors.HubUnavailable) as caught:
        await tiny(HubClient("hf_user_secretive"))

    assert "secretive" not in str(caught.value)
    assert hub_side.url not in str(caught.value)
