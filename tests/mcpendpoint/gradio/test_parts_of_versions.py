"""Resources and prompts of real apps of Gradio's versions, from the first that has them."""

import pytest

from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import SpaceInfo, find_tools
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.reading import contents_at
from tests.needs import need
from tests.standins.serve import start_command
from tests.virtualenvs import GRADIOS, OFFLINE, USUAL

WITH_PARTS = [version for version in GRADIOS if version not in ("5.28", "5.38")]


@pytest.fixture(scope="module", params=WITH_PARTS)
def app(request):
    version = request.param
    if version not in USUAL and not request.config.getoption("--all-gradio"):
        pytest.skip("only with --all-gradio")
    environment = GRADIOS[version]
    need(
        environment.is_installed, f"Gradio {version} is not installed (python -m tests.virtualenvs)"
    )
    command = [str(environment.python), "-m", "tests.standins.space.parts"]
    with start_command(command, env=OFFLINE) as running:
        yield SpaceInfo(
            f"acme/of-{version}", running.url, "page", is_private=False, stage="RUNNING"
        )


async def test_resources_are_found_and_read(app):
    schema = (await find_tools(app, None)).value
    space = SpaceChoice(app.space_id, "gr1_", False)

    uris = {resource.uri: resource.is_template for resource in schema.resources}
    (motto,) = await contents_at(app, space, "text://motto", token=None)
    (pixel,) = await contents_at(app, space, "picture://pixel", token=None)

    assert uris["text://motto"] is False
    assert uris["greeting://{name}"] is True
    assert (motto.uri, motto.mime_type, motto.text) == (
        "gr1+text://motto",
        "text/plain",
        "Festina lente",
    )
    assert pixel.blob


async def test_a_view_is_read_as_html(app):
    if "5.50" in app.space_id:
        pytest.skip("Gradio 5 takes all but text/plain for base64")

    space = SpaceChoice(app.space_id, "gr1_", False)
    (view,) = await contents_at(app, space, "ui://widget/app.html", token=None)

    assert view.mime_type == "text/html;profile=mcp-app"
    assert view.text.startswith("<!doctype html>")


async def test_prompts_are_found_and_run_by_the_names_in_the_schema(app):
    schema = (await find_tools(app, None)).value

    assert [prompt.name for prompt in schema.prompts] == ["explain", "advise", "confide"]
    arguments = ({"topic": "tea"}, {"subject": "tea"}, {"topic": "tea"})
    for prompt, given in zip(schema.prompts, arguments, strict=True):
        result = await call_tool(
            app, prompt.own_name, given, token=None, include_images=True, report_progress=None
        )
        assert "tea" in result.content[0].text
        assert not result.is_error
