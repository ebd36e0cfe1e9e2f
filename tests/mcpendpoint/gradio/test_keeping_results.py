"""Files that a Space's answer points to are kept for the person who called, if they can be."""

import asyncio
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from mcp_types import CallToolResult, TextContent

from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import content_of
from mcpendpoint.gradio import keeping_results
from mcpendpoint.gradio.keeping_results import keep_results, with_handles
from tests.accounts.conftest import make_user
from tests.mcpendpoint.gradio.scripted_space import Answer, scripted_space

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(db):
    return make_user("alice-of-files")


@pytest.fixture
async def space():
    async with scripted_space() as space:
        space.answers = [Answer(b"PNG", kind="image/png")]
        yield space


@pytest.fixture
def keep(space, alice):
    async def keep(*texts, info=None, token=None):
        result = CallToolResult(content=[TextContent(text=text) for text in texts])
        source = "gr1_make of acme/maker"
        kept = await keep_results(
            result, info or space.info, user_id=alice.pk, token=token, source=source
        )
        await asyncio.gather(*keeping_results.tasks_behind)
        return kept

    return keep


async def count():
    return await StoredFile.objects.acount()


async def test_a_file_at_the_space_is_kept_with_where_it_came_from(space, keep, alice):
    url = f"{space.info.url}/--replicas/abc12/gradio_api/file=/tmp/gradio/x/a%20b.png"

    (kept,) = await keep(f"Image URL: {url}", f"again: {url}.", token="hf_secret")

    file = await StoredFile.objects.aget(user=alice)
    assert kept.file.handle == file.handle
    assert await content_of(file) == b"PNG"
    assert (file.name, file.size, file.mime_type) == ("a b.png", 3, "image/png")
    assert file.source == "gr1_make of acme/maker"
    assert "hf_secret" not in str(space.asked)


async def test_a_private_space_is_asked_as_the_caller(space, keep):
    private = replace(space.info, is_private=True)

    assert await keep(f"{private.url}/gradio_api/file=/a.png", info=private, token="hf_secret")
    assert space.asked[0].headers["x-hf-authorization"] == "Bearer hf_secret"


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "https://elsewhere.example/gradio_api/file=/a.png",
        "{url}.elsewhere.example/gradio_api/file=/a.png",
        "{url}/elsewhere/gradio_api/file=/a.png",
        "{url}/gradio_api/file=",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(space, keep, text):
    assert await keep(text.replace("{url}", space.info.url)) == []
    assert space.asked == []


@pytest.mark.parametrize("answer", [Answer(status=404), Answer(b"x" * 200)])
async def test_what_cannot_be_fetched_is_not_kept(space, keep, settings, answer):
    settings.FILES_MAX_BYTES = 100
    space.answers = [answer]

    await keep(f"{space.info.url}/gradio_api/file=/a.png")

    assert await count() == 0


async def test_answers_leave_half_of_the_quota_for_uploads(space, keep, settings):
    settings.FILES_MAX_BYTES, settings.FILES_QUOTA_BYTES = 100, 199

    assert await keep(f"{space.info.url}/gradio_api/file=/a.png") == []
    assert await count() == 0


async def test_of_one_answer_a_bounded_number_is_kept(space, keep):
    urls = [f"{space.info.url}/gradio_api/file=/{number}.png" for number in range(30)]

    assert len(await keep(" ".join(urls))) == 10


@pytest.fixture
async def slow(space):
    """Files of which a beginning comes, and then nothing."""
    space.answers = [Answer(b"PNG", kind="image/png", stays_open=True)]
    yield [f"{space.info.url}/gradio_api/file=/{number}.png" for number in range(8)]
    for task in list(keeping_results.tasks_behind):
        task.cancel()
    await asyncio.gather(*keeping_results.tasks_behind, return_exceptions=True)


async def test_nobody_takes_the_places_of_others_by_files_that_come_slowly(space, alice, slow):
    bob = await sync_to_async(make_user)()
    result = CallToolResult(content=[TextContent(text=" ".join(slow))])

    async def keep_of(person):
        told = {"user_id": person.pk, "token": None, "source": "gr1_make of acme/maker"}
        return len(await keep_results(result, space.info, **told))

    assert [await keep_of(alice) for _ in range(3)] == [8, 2, 0]
    assert await keep_of(bob) == 8


async def test_a_file_that_comes_too_slowly_is_given_up(space, keep, slow, monkeypatch):
    monkeypatch.setattr(keeping_results, "PACE_SECONDS", 0.2)

    async with asyncio.timeout(10):
        assert len(await keep(slow[0])) == 1

    assert await count() == 0
    assert len(await keep(*slow)) == 8


async def test_another_persons_are_their_own(space, keep, alice):
    await keep(f"{space.info.url}/gradio_api/file=/a.png")

    stranger = await sync_to_async(make_user)()
    assert not await StoredFile.objects.filter(user=stranger).aexists()


async def test_a_client_is_told_of_what_is_kept_as_its_revision_has_it(space, keep):
    kept = await keep(f"{space.info.url}/gradio_api/file=/a.png")
    result = CallToolResult(content=[TextContent(text="done")])

    done, link = with_handles(result, kept, as_links=True).content
    same, text = with_handles(result, kept, as_links=False).content

    assert (link.type, link.uri, link.mime_type) == (
        "resource_link",
        kept[0].file.handle,
        "image/png",
    )
    assert kept[0].file.handle in text.text
    assert with_handles(result, [], as_links=True) is result


async def test_a_file_whose_own_path_has_a_percent_sign_is_kept(space, keep):
    space.answers = [Answer(status=404), Answer(b"PNG", kind="image/png")]

    (kept,) = await keep(f"{space.info.url}/gradio_api/file=/tmp/bild%20%C3%BC.png")

    assert [asked.path for asked in space.asked] == [
        "/gradio_api/file=/tmp/bild%20%C3%BC.png",
        "/gradio_api/file=/tmp/bild%2520%25C3%25BC.png",
    ]
    assert kept.file.is_complete
    assert kept.file.name == "bild ü.png"
