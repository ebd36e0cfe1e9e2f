"""space_info, space_files, duplicate_space."""

import itertools

import httpx
import pytest

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call

IMAGE_MAKER = "acme/image-maker"
_numbers = itertools.count(1)


async def duplicate(token, source=IMAGE_MAKER, **arguments):
    """Copy to a name that no other test uses, unless the test names one."""
    arguments.setdefault("newSpaceId", f"copy-{next(_numbers)}")
    return await call("duplicate_space", token=token, sourceSpaceId=source, **arguments)


def name_of(token):
    return token.removeprefix("hf_user_")


async def test_the_spaces_of_an_account_are_listed_with_their_state(hub_side):
    called = await call("space_info", username="acme")

    spaces = {space["id"]: space for space in called.content["results"]}
    assert spaces["acme/static"]["sdk"] == "static"
    assert called.content["running"] == sum(s.get("stage") == "RUNNING" for s in spaces.values())
    assert f"{len(spaces)} Spaces" in called.text


async def test_ones_own_spaces_need_no_name_but_a_sign_in(hub_side):
    mine = await call("space_info", token="hf_alice")

    assert "alice/private-space" in mine.text
    assert "alice/private-space" not in (await call("space_info", username="alice")).text
    with pytest.raises(ToolError, match="sign in"):
        await call("space_info")


async def test_somebody_without_spaces_has_none(hub_side):
    called = await call("space_info", username="nobody-there")

    assert called.content["results"] == []
    assert "no Spaces" in called.text


async def test_the_files_of_a_space_have_addresses(hub_side):
    called = await call("space_files", spaceName="acme/static")

    assert called.content["files"]
    async with httpx.AsyncClient(follow_redirects=True) as client:
        for file in called.content["files"]:
            answer = await client.get(file["url"])
            assert answer.status_code == 200
            assert len(answer.content) == file["size"]


async def test_only_files_of_one_type_are_listed_on_request(hub_side):
    called = await call("space_files", spaceName="acme/static", fileType="audio")

    assert all(file["type"].startswith("audio/") for file in called.content["files"])


@pytest.mark.parametrize("name", ["acme/nothing", "no-slash", "../x", "a/b/c"])
async def test_files_of_no_space_are_an_error(hub_side, name):
    with pytest.raises(ToolError):
        await call("space_files", spaceName=name)


async def test_ones_own_files_are_in_the_filedrop(hub_side):
    with pytest.raises(ToolError, match="alice/filedrop"):
        await call("space_files", token="hf_alice")
    with pytest.raises(ToolError, match="sign in"):
        await call("space_files")


async def test_a_space_is_copied_into_ones_own_account_in_private(hub_side):
    token = fresh_token()

    called = await duplicate(token, newSpaceId="my-maker")

    copy = f"{name_of(token)}/my-maker"
    assert called.content["space"] == copy
    assert called.content["private"] is True
    assert copy in (await call("space_info", token=token)).text
    assert copy not in (await call("space_info", username=name_of(token))).text


async def test_a_copy_has_the_name_of_its_source_unless_told_otherwise(hub_side):
    token = fresh_token()

    called = await call("duplicate_space", token=token, sourceSpaceId=IMAGE_MAKER)

    assert called.content["space"] == f"{name_of(token)}/image-maker"
    with pytest.raises(ToolError, match="newSpaceId"):
        await call("duplicate_space", token=token, sourceSpaceId=IMAGE_MAKER)


@pytest.mark.parametrize(
    ("hardware", "meant"), [("freecpu", "cpu-basic"), ("zerogpu", "zero-a10g")]
)
async def test_a_copy_runs_on_the_hardware_that_was_asked_for(hub_side, hardware, meant):
    called = await duplicate(fresh_token(), hardware=hardware, private=False)

    assert called.content["hardware"] == meant
    assert called.content["private"] is False


async def test_variables_are_copied_and_secrets_are_not(hub_side):
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{hub_side.url}/api/spaces/{IMAGE_MAKER}/variables")

    called = await duplicate(fresh_token())

    assert called.content["variables"] == list(answer.json())
    assert answer.json()
    assert "Secrets are not copied" in called.text
    assert "hf_the_secret_of_the_space" not in called.text


async def test_variables_that_cannot_be_read_are_told(hub_side):
    hub_side.break_at("/variables", status=500)

    called = await duplicate(fresh_token())

    assert any("variables could not be read" in note for note in called.content["notes"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"source": "acme/nothing"}, "acme/nothing"),
        ({"source": "alice/private-space"}, "alice/private-space"),
        ({"source": "image-maker"}, "owner/name"),
        ({"source": "../x"}, "sourceSpaceId"),
        ({"newSpaceId": "a/b/c"}, "newSpaceId"),
        ({"newSpaceId": "acme/not-mine"}, "acme/not-mine"),
    ],
)
async def test_what_cannot_be_copied_is_refused_with_the_reason(hub_side, arguments, reason):
    with pytest.raises(ToolError, match=reason):
        await duplicate("hf_bob", **arguments)
