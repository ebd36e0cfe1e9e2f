"""Files of people at real apps of Gradio, and at Spaces that answer uploads as they like."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from mcpendpoint.files.keeping import keep_upload
from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import SpaceInfo, find_tools
from mcpendpoint.gradio.handing_over import prepare
from tests.accounts.conftest import make_user
from tests.needs import need
from tests.standins.serve import start_command
from tests.virtualenvs import GRADIOS, OFFLINE, USUAL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", params=USUAL)
def app(request):
    environment = GRADIOS[request.param]
    need(environment.is_installed, "Gradio is not installed (python -m tests.virtualenvs)")
    command = [str(environment.python), "-m", "tests.standins.space.components"]
    with start_command(command, env=OFFLINE) as running:
        yield SpaceInfo("acme/app", running.url, "page", is_private=False, stage="RUNNING")


@pytest.fixture
def alice(db):
    return make_user("alice-of-files")


@pytest.fixture
def picture(alice):
    content = io.BytesIO()
    Image.new("RGB", (31, 17), "teal").save(content, "PNG")
    upload = SimpleUploadedFile("Ünser Bild.png", content.getvalue(), "image/png")
    return keep_upload(alice, upload)


@pytest.fixture
def give(alice):
    async def give(app, name, **arguments):
        schema = (await find_tools(app, None)).value
        (tool,) = [tool for tool in schema.tools if tool.name == name]
        own = {tool.argument_names.get(key, key): value for key, value in arguments.items()}
        given = await prepare(own, tool.file_places, alice.pk)
        result = await call_tool(
            app, tool.own_name, given, token=None, include_images=True, report_progress=None
        )
        return result.content[0].text

    return give


async def test_a_picture_of_a_person_arrives_at_an_app(app, picture, give):
    assert await give(app, "measure", picture=picture.handle) == "31 x 17"


async def test_a_file_arrives_whole_and_under_its_name(app, picture, give):
    told = await give(app, "name_file", file=picture.handle)

    assert told.endswith(f"Bild.png: {picture.size}")


async def test_a_private_space_gets_the_bytes_within_the_call(app, picture, give):
    private = SpaceInfo(app.space_id, app.url, app.page, is_private=True, stage="RUNNING")

    assert await give(private, "measure", picture=picture.handle) == "31 x 17"
