"""What is said of a client on its way: what it does next is the better news."""

import pytest

from accounts.connecting import Stage
from mcpendpoint.access.arrivals import Seen, Story
from mcpendpoint.pages.connecting.progress import Progress, State, progress_of

SINCE = 1_000.0


def told(*stages: tuple[Stage, float] | tuple[Stage, float, dict[str, str]], after: float = 0.0):
    """Say what came how many seconds after the beginning; `after` the last of them."""
    story: Story = {stage: Seen(SINCE + at, *facts or [{}]) for stage, at, *facts in stages}
    last = max((seen.at for seen in story.values()), default=SINCE)
    return progress_of(story, last + after, SINCE)


def headline_of(progress: Progress) -> str:
    return progress.headline


CLAUDE = {"client": "claude-code", "version": "2.1"}
CONNECTED = (Stage.CONNECTED, 5.0, CLAUDE)
LISTED = (Stage.LISTED, 6.0, {**CLAUDE, "tools": "12"})
CALLED = (Stage.CALLED, 7.0, {**CLAUDE, "tool": "hf_whoami", "outcome": "ok"})


def test_nothing_is_waited_for_and_after_a_while_the_address_is_doubted():
    assert told() == Progress(State.WAITING, "Waiting for your client…")
    assert "Compare the address" in told(after=60).advice


def test_a_client_that_lists_and_calls_is_all_there_is_to_wait_for():
    progress = told(CONNECTED, LISTED, CALLED)

    assert progress.is_done
    assert progress.headline == "claude-code 2.1 is connected."
    assert progress.lines == ("It was given 12 tools.", "A call of hf_whoami was answered.")


def test_a_connected_client_is_still_to_be_tried():
    progress = told(CONNECTED, LISTED)

    assert progress.state is State.CONNECTED
    assert "ask your assistant" in progress.advice


def test_a_call_that_failed_is_said_and_waited_beyond():
    failed = (Stage.CALLED, 7.0, {**CLAUDE, "tool": "hf_fs", "outcome": "tool_error"})
    progress = told(CONNECTED, LISTED, failed)

    assert progress.lines[-1] == "A call of hf_fs failed."
    assert not progress.is_done


def test_what_another_client_lists_is_not_said_of_this_one():
    other = (Stage.LISTED, 6.0, {"client": "cursor", "version": "1", "tools": "3"})

    assert told(CONNECTED, other).lines == ()


def test_a_challenge_is_the_beginning_and_a_trouble_when_it_is_not_followed():
    challenged = (Stage.CHALLENGED, 1.0, {"network": "n"})

    assert told(challenged, after=1).state is State.ON_THE_WAY
    late = told(challenged, after=20)
    assert late.state is State.TROUBLE
    assert "somebody else" in late.advice


def test_a_challenge_that_is_followed_is_no_trouble():
    challenged, read = (Stage.CHALLENGED, 1.0, {}), (Stage.METADATA_READ, 2.0)

    assert told(challenged, read, after=8).state is State.ON_THE_WAY
    assert told(challenged, (Stage.ASKED, 3.0, CLAUDE), after=60).state is State.ON_THE_WAY


def test_a_client_that_does_not_come_back_is_a_trouble():
    agreed = (Stage.AGREED, 3.0, CLAUDE)

    assert told(agreed, after=2).state is State.ON_THE_WAY
    assert "did not come back" in told(agreed, after=20).headline


TROUBLES = [
    (Stage.WRONG_KEY, {}, "not good here"),
    (Stage.MOVED, {"path": "/u/old/mcp"}, "/u/old/mcp"),
    (Stage.ADDRESS_OF_ANOTHER, {"path": "/u/bob/mcp"}, "/u/bob/mcp"),
    (Stage.NO_SUCH_ADDRESS, {"path": "/u/alice/mpc"}, "/u/alice/mpc"),
    (Stage.BLOCKED, {}, "operator"),
    (Stage.REGISTRATION_REFUSED, {}, "could not register"),
    (Stage.CLIENT_UNKNOWN, {}, "does not know"),
    (Stage.REDIRECT_REFUSED, {}, "did not register"),
    (Stage.REQUEST_REFUSED, {"why": "No PKCE."}, "No PKCE."),
    (Stage.DENIED, {"client": "Cursor"}, "Cursor"),
    (Stage.LIMITED, {}, "too often"),
]


@pytest.mark.parametrize(("stage", "facts", "says"), TROUBLES)
def test_what_went_wrong_is_said_with_what_to_do_until_the_client_is_connected(stage, facts, says):
    trouble = (stage, 3.0, facts)
    progress = told(trouble)

    assert progress.state is State.TROUBLE
    assert says in progress.headline
    assert progress.advice
    assert told(trouble, CONNECTED).state is State.CONNECTED


def test_every_trouble_is_in_words():
    passed = {Stage.CHALLENGED, Stage.METADATA_READ, Stage.ASKED, Stage.AGREED}
    passed |= {Stage.CONNECTED, Stage.LISTED, Stage.CALLED}

    assert {stage for stage, *_ in TROUBLES} | {Stage.SCOPE_REFUSED} | passed == set(Stage)


def test_a_flood_of_strangers_hides_no_client_that_is_connected():
    flood = [(Stage.CHALLENGED, 9.0, {}), (Stage.WRONG_KEY, 9.0), (Stage.NO_SUCH_ADDRESS, 9.0)]

    assert told(CONNECTED, LISTED, *flood).state is State.CONNECTED


@pytest.mark.parametrize("stranger", [stage for stage in Stage if not stage.is_proven])
def test_what_may_be_a_strangers_covers_nothing_that_is_the_persons(stranger):
    elsewhere = (Stage.ADDRESS_OF_ANOTHER, 2.0, {"path": "/u/bob/mcp"})
    asked, agreed = (Stage.ASKED, 2.0, CLAUDE), (Stage.AGREED, 2.0, CLAUDE)

    for own in (elsewhere, asked, agreed):
        assert told(own, (stranger, 3.0)) == told(own, after=1)


def test_the_latest_trouble_is_the_one_that_is_said():
    unknown, denied = (Stage.CLIENT_UNKNOWN, 2.0), (Stage.DENIED, 3.0, {"client": "Cursor"})

    assert "did not let" in told(unknown, denied).headline


def test_a_scope_that_is_lacking_is_said_although_the_client_is_connected():
    lacking = (Stage.SCOPE_REFUSED, 8.0)

    assert "may not do" in told(CONNECTED, LISTED, lacking).headline
    later = (Stage.CALLED, 9.0, {**CLAUDE, "tool": "hf_fs", "outcome": "ok"})
    assert told(CONNECTED, LISTED, lacking, later).is_done
