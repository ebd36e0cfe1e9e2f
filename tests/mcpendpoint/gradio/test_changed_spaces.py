"""A Space that was made private or paused after somebody selected it: what callers are told."""

import json

import pytest

from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.tools.base import ToolError
from tests import loopback
from tests.mcpendpoint.gradio.scripted_space import Answer, scripted_space
from tests.mcpendpoint.gradio.test_spaces import call, look_anew, names_of

MAKER = SpaceChoice("acme/image-maker", "gr1_", False)
PAUSED_PAGE = Answer(b"<h1>This Space is paused</h1>", 200, "text/html")
UNAVAILABLE = Answer(b"<h1>503</h1>", 503, "text/html")
NOT_FOUND = Answer(b"", 404, "text/html")


def space_json(space_id="acme/image-maker", *, stage="RUNNING", private=False):
    known = {"id": space_id, "sdk": "gradio", "subdomain": space_id.replace("/", "-")}
    return json.dumps({**known, "runtime": {"stage": stage}, "private": private})


@pytest.fixture
def pause(break_hub):
    def pause(space_id="acme/image-maker"):
        body = space_json(space_id, stage="PAUSED")
        break_hub(path=f"^/api/spaces/{space_id}", status=200, body=body)

    return pause


@pytest.fixture
def make_private(break_hub):
    """As the Hub tells it: to its owner, and to nobody else."""

    def make_private(space_id="acme/image-maker", owner="hf_alice"):
        body = space_json(space_id, private=True)
        break_hub(path=f"^/api/spaces/{space_id}", status=200, body=body, token=owner)
        break_hub(path=f"^/api/spaces/{space_id}", status=401, token="")
        break_hub(path=f"^/api/spaces/{space_id}", status=404)

    return make_private


async def call_scripted(answer, token=None):
    """Call a Space by what was known of it when it was selected."""
    async with scripted_space() as space:
        space.answers = [answer]
        await call_tool(
            space.info, "make", {}, token=token, include_images=True, report_progress=None
        )


@pytest.mark.parametrize("answer", [UNAVAILABLE, PAUSED_PAGE, NOT_FOUND])
async def test_a_call_of_a_space_that_was_paused_meanwhile_says_so(spaces, pause, answer):
    pause("acme/maker")

    with pytest.raises(ToolError, match="paused by its owner") as caught:
        await call_scripted(answer)

    assert not caught.value.is_retryable


@pytest.mark.parametrize("answer", [NOT_FOUND, Answer(b"", 401), Answer(b"", 302)])
@pytest.mark.parametrize(
    ("token", "said"), [(None, "needs a sign-in"), ("hf_bob", "made private or renamed")]
)
async def test_a_call_of_a_space_that_was_made_private_meanwhile_says_so(
    spaces, make_private, answer, token, said
):
    make_private("acme/maker")

    with pytest.raises(ToolError, match=said) as caught:
        await call_scripted(answer, token)

    assert not caught.value.is_retryable


async def test_who_may_still_see_it_calls_it_as_before(spaces, make_private):
    (before,) = await list_space_tools([MAKER], "hf_alice")
    make_private()
    look_anew(MAKER)

    (after,) = await list_space_tools([MAKER], "hf_alice")
    answer = await call(MAKER, "greet", {"name": "Ada"}, token="hf_alice")

    assert names_of(after) == names_of(before)
    assert after.problem is None and not after.is_public
    assert answer.content[0].text == "Hello, Ada."


async def test_others_are_no_longer_offered_its_tools(spaces, make_private):
    await list_space_tools([MAKER], "hf_bob")
    make_private()
    look_anew(MAKER)

    for token in (None, "hf_bob"):
        (listing,) = await list_space_tools([MAKER], token)
        assert listing.tools == () and listing.is_missing


async def test_a_paused_space_keeps_its_tools_and_a_call_tells_why(spaces, pause):
    (before,) = await list_space_tools([MAKER], None)
    pause()
    look_anew(MAKER)

    (after,) = await list_space_tools([MAKER], None)
    with pytest.raises(ToolError, match="paused by its owner. Only its owner can start it"):
        await call(MAKER, "greet", {"name": "Ada"})

    assert after.tools == before.tools
    assert "paused" in after.problem


async def test_a_paused_space_that_nobody_listed_before_says_so_at_once(spaces, pause):
    pause()

    (listing,) = await list_space_tools([MAKER], None)

    assert listing.tools == () and "paused by its owner" in listing.problem
    assert spaces.asked("acme-image-maker") == []


async def test_a_space_that_runs_again_is_called_again(spaces, pause, hub):
    pause()
    await list_space_tools([MAKER], None)
    look_anew(MAKER)
    loopback.shared.delete(f"{hub.url}/_faults")

    answer = await call(MAKER, "greet", {"name": "Ada"})

    assert answer.content[0].text == "Hello, Ada."
