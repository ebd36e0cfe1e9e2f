"""Spaces as tools, against the stand-in Hub and a real Gradio app."""

import asyncio
from dataclasses import replace
from hashlib import sha256

import pytest

from mcpendpoint.gradio import discovery
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.spaces import call_space_tool, list_space_tools
from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.tools.base import ToolError
from tests import loopback

MAKER = SpaceChoice("acme/image-maker", "gr1_", False)
PRIVATE = SpaceChoice("alice/private-space", "grp2_", True)
ASLEEP = SpaceChoice("acme/asleep", "gr3_", False)
BROKEN = SpaceChoice("acme/broken", "gr4_", False)
BAD_SCHEMA = SpaceChoice("acme/bad-schema", "gr5_", False)
SLOW = SpaceChoice("acme/slow", "gr6_", False)
STATIC = SpaceChoice("acme/static", "gr7_", False)
MISSING = SpaceChoice("nobody/nothing", "gr8_", False)

SCHEMA = "/gradio_api/mcp/schema"


def digest(token):
    return sha256(token.encode()).hexdigest()


def names_of(listing):
    return {tool.name for tool in listing.tools}


async def find(choice, name, token=None):
    (listing,) = await list_space_tools([choice], token)
    return next(tool for tool in listing.tools if tool.upstream_name.endswith(name))


async def call(choice, name, arguments, *, token=None, include_images=True, report=None):
    tool = await find(choice, name, token)
    return await call_space_tool(
        tool, arguments, token=token, include_images=include_images, report_progress=report
    )


async def test_tools_of_a_space_are_listed_with_their_schemas(spaces):
    (listing,) = await list_space_tools([MAKER], None)

    assert {"gr1_greet", "gr1_make_image", "gr1_slow_count", "gr1_fail"} <= names_of(listing)
    assert listing.problem is None
    greet = next(tool for tool in listing.tools if tool.name == "gr1_greet")
    assert greet.input_schema["required"] == ["name"]
    assert greet.input_schema["properties"]["excited"]["type"] == "boolean"
    assert greet.description.startswith("Greet somebody.")
    assert "acme/image-maker" in greet.description


async def test_only_the_tools_that_are_wanted_are_listed(spaces):
    greet = (await find(MAKER, "greet")).own_name

    (some,) = await list_space_tools([replace(MAKER, tools=frozenset({greet}))], None)
    (none,) = await list_space_tools([replace(MAKER, tools=frozenset({"gone"}))], None)

    assert names_of(some) == {"gr1_greet"}
    assert some.problem is None
    assert names_of(none) == set()
    assert none.problem == "The Space has no tool “gone”."


async def test_call_returns_what_the_space_made(spaces):
    result = await call(MAKER, "greet", {"name": "Ada", "excited": True})

    assert [block.text for block in result.content] == ["Hello, Ada!"]
    assert not result.is_error


async def test_nested_arguments_arrive_as_they_are(spaces):
    options = {"days": 3, "places": [{"name": "Paris"}, {"name": "Rome"}]}

    result = await call(MAKER, "plan_trip", {"options": options, "style": "busy"})

    assert result.content[0].text == "A busy trip of 3 days to Paris, Rome"


async def test_images_come_back_with_their_address(spaces):
    result = await call(MAKER, "make_image", {"prompt": "cat", "width": 32, "steps": 1})

    image, text = result.content
    assert image.type == "image"
    assert image.mime_type == "image/png"
    assert f"{spaces.url}/s/acme-image-maker/gradio_api/file=" in text.text


async def test_images_can_be_left_out(spaces):
    arguments = {"prompt": "cat", "width": 32, "steps": 1}

    result = await call(MAKER, "make_image", arguments, include_images=False)

    assert [block.type for block in result.content] == ["text", "text"]
    assert "no_image_content" in result.content[0].text


async def test_progress_of_the_space_is_reported(spaces):
    reported = []

    async def report(progress, total, message):
        reported.append((progress, message))

    result = await call(MAKER, "slow_count", {"seconds": 0.5}, report=report)

    assert result.content[0].text == "1 2 3 4 5"
    assert any("Counting" in (message or "") for _, message in reported)
    assert [progress for progress, _ in reported] == sorted({progress for progress, _ in reported})


async def test_error_of_the_space_is_a_result_that_says_so(spaces):
    result = await call(MAKER, "fail", {"message": "out of paint"})

    assert result.is_error
    assert "out of paint" in result.content[0].text


async def test_user_acts_as_themselves_at_the_space(spaces):
    anonymous = await call(MAKER, "whoami", {})
    alice = await call(MAKER, "whoami", {}, token="hf_alice")
    bob = await call(MAKER, "whoami", {}, token="hf_bob")

    assert anonymous.content[0].text == "nobody"
    assert alice.content[0].text == sha256(b"alice").hexdigest()[:24]
    assert bob.content[0].text == sha256(b"bob").hexdigest()[:24]


async def test_token_goes_to_the_called_space_only_and_never_as_authorization(spaces):
    await list_space_tools([MAKER, PRIVATE, BAD_SCHEMA], "hf_alice")
    await call(MAKER, "whoami", {}, token="hf_alice")

    asked = spaces.asked()
    assert {entry["authorization"] for entry in asked} == {None}
    with_token = {
        (entry["subdomain"], entry["path"]) for entry in asked if entry["x-hf-authorization"]
    }
    assert with_token == {
        *(("alice-private-space", path) for path in (SCHEMA, "/gradio_api/info", "/config")),
        ("acme-image-maker", "/gradio_api/mcp/"),
    }
    assert {entry["x-hf-authorization"] for entry in asked} == {None, digest("hf_alice")}


async def test_call_takes_one_request(spaces):
    await call(MAKER, "greet", {"name": "Ada"})

    assert len(spaces.asked("acme-image-maker", "/gradio_api/mcp/")) == 1


async def test_private_space_is_for_those_who_may_see_it(spaces):
    (alice,) = await list_space_tools([PRIVATE], "hf_alice")
    (bob,) = await list_space_tools([PRIVATE], "hf_bob")
    (nobody,) = await list_space_tools([PRIVATE], None)

    assert "grp2_greet" in names_of(alice)
    assert bob.tools == nobody.tools == ()
    assert "may not see it" in bob.problem
    assert "sign-in" in nobody.problem


async def test_private_space_named_in_the_url_is_found_with_the_token(spaces):
    choice = SpaceChoice(PRIVATE.space_id, "grx1a2b_", False)

    (alice,) = await list_space_tools([choice], "hf_alice")
    (bob,) = await list_space_tools([choice], "hf_bob")

    assert alice.tools[0].is_private
    assert bob.tools == ()


async def test_tool_of_a_private_space_cannot_be_called_by_another(spaces):
    tool = await find(PRIVATE, "greet", "hf_alice")

    with pytest.raises(ToolError, match="alice/private-space"):
        await call_space_tool(
            tool, {"name": "Bob"}, token="hf_bob", include_images=True, report_progress=None
        )

    assert spaces.asked("alice-private-space", "/gradio_api/mcp/") == []


async def test_spaces_that_fail_change_nothing_about_the_others(spaces, monkeypatch):
    monkeypatch.setattr(discovery, "SCHEMA_SECONDS", 0.3)
    alone = await list_space_tools([MAKER, PRIVATE], "hf_alice")
    choices = [ASLEEP, MAKER, BROKEN, BAD_SCHEMA, SLOW, STATIC, MISSING, PRIVATE]

    listings = await list_space_tools(choices, "hf_alice")

    assert [listing.choice for listing in listings] == choices
    assert (listings[1], listings[7]) == alone
    assert names_of(listings[3]) == {"gr5_greet"}
    for index, reason in {
        0: "asleep",
        2: "runtime error",
        3: "no_schema",
        4: "in time",
        5: "not a Gradio Space",
        6: "does not exist",
    }.items():
        assert reason in listings[index].problem


async def test_listing_wakes_no_sleeping_space(spaces):
    await list_space_tools([ASLEEP], None)

    assert spaces.asked("acme-asleep") == []


async def test_space_that_fell_asleep_keeps_its_tools_and_a_call_tells_the_reason(
    spaces, break_hub
):
    (before,) = await list_space_tools([MAKER], None)
    fall_asleep(break_hub)
    look_anew(MAKER)

    (after,) = await list_space_tools([MAKER], None)

    assert after.tools == before.tools
    assert "asleep" in after.problem


def look_anew(choice):
    """Make what is known of a Space as good as too old to be fresh."""
    forget_answers()
    discovery.look_again(choice.space_id, None)


def fall_asleep(break_hub):
    body = (
        '{"id": "acme/image-maker", "sdk": "gradio", "subdomain": "acme-asleep",'
        ' "runtime": {"stage": "SLEEPING"}, "private": false}'
    )
    break_hub(path="^/api/spaces/acme/image-maker", status=200, body=body)


async def test_many_lists_at_once_ask_once(spaces, asked_of_hub):
    await asyncio.gather(*(list_space_tools([MAKER], f"hf_user_u{n}") for n in range(10)))

    assert len(asked_of_hub("^/api/spaces/acme/image-maker")) == 1
    assert len(spaces.asked("acme-image-maker", SCHEMA)) == 1


async def test_listing_stays_the_same_object_until_it_changes(spaces):
    first = await list_space_tools([MAKER, ASLEEP], None)
    second = await list_space_tools([MAKER, ASLEEP], None)

    assert all(one is other for one, other in zip(first, second, strict=True))


async def test_failures_are_remembered_for_a_while(spaces, asked_of_hub):
    for _ in range(3):
        await list_space_tools([MISSING], None)

    assert len(asked_of_hub("^/api/spaces/nobody/nothing")) == 1


async def test_hub_that_is_down_hides_no_tools_that_are_known(spaces, break_hub):
    (before,) = await list_space_tools([MAKER], None)
    break_hub(path="^/api/spaces/", status=503)
    look_anew(MAKER)

    (after,) = await list_space_tools([MAKER], None)

    assert after.tools == before.tools


async def test_space_that_became_private_is_no_longer_shown_to_others(spaces, break_hub):
    await list_space_tools([MAKER], None)
    break_hub(path="^/api/spaces/acme/image-maker", status=401)
    look_anew(MAKER)

    (after,) = await list_space_tools([MAKER], None)

    assert after.tools == ()


@pytest.mark.parametrize("subdomain", ["evil.example.org/x", "a/../b", "", "UPPER", "a" * 64, "x."])
async def test_address_that_is_no_subdomain_is_never_asked(spaces, break_hub, subdomain):
    break_hub(
        path="^/api/spaces/acme/odd",
        status=200,
        body=f'{{"id": "acme/odd", "sdk": "gradio", "subdomain": "{subdomain}"}}',
    )

    (listing,) = await list_space_tools([SpaceChoice("acme/odd", "gr1_", False)], "hf_alice")

    assert listing.tools == ()
    assert spaces.asked() == []


@pytest.mark.parametrize(
    "space_id", ["", "name", "a/b/c", "../x", "a/..", "a b/c", "a/b?x", "🎨/x"]
)
async def test_id_that_is_none_is_a_problem_and_not_a_question(spaces, asked_of_hub, space_id):
    (listing,) = await list_space_tools([SpaceChoice(space_id, "gr1_", False)], None)

    assert listing.problem
    assert asked_of_hub("") == []


async def test_cancelled_call_leaves_the_space_usable(spaces):
    has_begun = asyncio.Event()

    async def report(progress, total, message):
        has_begun.set()

    task = asyncio.create_task(call(MAKER, "slow_count", {"seconds": 2}, report=report))
    await asyncio.wait_for(has_begun.wait(), 20)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await call(MAKER, "greet", {"name": "Ada"})).content[0].text == "Hello, Ada."


async def test_space_that_moved_is_called_where_it_is_now(spaces, break_hub, hub):
    tool = await find(MAKER, "greet")
    elsewhere = '{"id": "acme/image-maker", "sdk": "gradio", "subdomain": "acme-before"}'
    break_hub(path="^/api/spaces/acme/image-maker", status=200, body=elsewhere)
    look_anew(MAKER)
    await list_space_tools([MAKER], None)
    loopback.shared.delete(f"{hub.url}/_faults")

    result = await call_space_tool(
        tool, {"name": "Ada"}, token=None, include_images=True, report_progress=None
    )

    assert result.content[0].text == "Hello, Ada."


async def test_tool_that_is_no_more_is_named_with_those_there_are(spaces):
    tool = replace(await find(MAKER, "greet"), upstream_name="greet_before")

    result = await call_space_tool(
        tool, {"name": "Ada"}, token=None, include_images=True, report_progress=None
    )

    assert result.is_error
    assert "no tool greet_before any more; it has greet, make_image" in result.content[-1].text


async def test_tool_that_changed_tells_what_it_takes_now(spaces):
    tool = replace(await find(MAKER, "greet"), input_schema={"type": "object"})

    result = await call_space_tool(
        tool, {"nobody": "Ada"}, token=None, include_images=True, report_progress=None
    )

    assert result.is_error
    assert "has changed this tool" in result.content[-1].text
    assert '"excited"' in result.content[-1].text
