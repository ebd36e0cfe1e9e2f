"""Every tool, with answers as the real Hub, dataset viewer and documentation give them."""

import re
from collections.abc import Iterator

import pytest

from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.registry import TOOLS
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call
from tests.recorded.replay import Recording, Replay, recordings, served

RECORDINGS = recordings()

NOT_RECORDED: dict[str, str] = {
    "dynamic_space": "asks the Hub as space_search does, and otherwise Spaces",
    "upload_file": "asks for bytes: of the Hub as hf_fs does, and of any server on the web",
}
"""Tools without a recorded answer, each with the reason."""


@pytest.fixture(autouse=True)
def _database(transactional_db):
    """Where the secrets of jobs are remembered."""


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with served() as replay:
        yield replay


@pytest.fixture
def replay(server, settings) -> Replay:
    settings.HF_ENDPOINT = server.url
    settings.HF_DATASETS_SERVER = f"{server.url}/datasets-server"
    settings.HF_JOBS_URL = f"{server.url}/_jobs/{{job_id}}--{{port}}.hf.jobs"
    return server


def replayed(test):
    return pytest.mark.parametrize("recording", RECORDINGS, ids=lambda each: each.path.stem)(test)


async def text_of(asked) -> tuple[str, bool]:
    """Return what a caller reads, and whether it is an error."""
    forget_answers()
    token = fresh_token() if asked.get("signed_in", True) else None
    try:
        called = await call(asked["tool"], token, **asked["arguments"])
    except ToolError as error:
        return str(error), True
    return called.text, called.is_error


@replayed
async def test_a_recorded_answer_reaches_the_reader(replay, recording: Recording):
    replay.play(recording)

    for asked in recording.calls:
        text, is_error = await text_of(asked)

        assert is_error == asked.get("is_error", False), text
        assert [shown for shown in asked["shows"] if shown not in text] == [], text
        assert [hidden for hidden in asked.get("hides", []) if hidden in text] == [], text
    assert replay.unknown == []
    assert replay.not_asked_for() == []


@replayed
def test_a_recording_names_where_its_shape_is_from(recording: Recording):
    content = recording.content

    assert content["what"]
    assert content["sources"]
    for source in content["sources"]:
        assert source.keys() == {"repository", "commit", "path", "of"}
        assert re.fullmatch("[0-9a-f]{40}", source["commit"])


def test_every_tool_has_a_recorded_answer_or_a_reason_for_none():
    tools = {tool.name for tool in TOOLS}
    recorded = {asked["tool"] for recording in RECORDINGS for asked in recording.calls}

    assert recorded | NOT_RECORDED.keys() == tools
    assert not recorded & NOT_RECORDED.keys()
