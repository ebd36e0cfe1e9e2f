"""Files of people at real apps of Gradio, and at Spaces that answer uploads as they like."""

import asyncio
import io
import json
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from mcpendpoint.files.keeping import begin_file, keep_upload
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import bytes_of
from mcpendpoint.files.storage import storage
from mcpendpoint.files.taking import fill_file
from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import SpaceInfo, find_tools
from mcpendpoint.gradio.file_places import places_in
from mcpendpoint.gradio.handing_over import prepare
from mcpendpoint.tools.base import ToolError
from tests.accounts.conftest import make_user
from tests.mcpendpoint.gradio.scripted_space import Answer, event, result, scripted_space
from tests.mcpendpoint.gradio.test_mending import FILE
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


@pytest.mark.parametrize(
    ("name", "mime_type"), [("notes.txt", "text/plain"), ("song.mp3", "audio/mpeg")]
)
async def test_what_plainly_is_no_picture_is_refused_before_it_leaves(
    app, alice, give, name, mime_type
):
    upload = SimpleUploadedFile(name, b"x", mime_type)
    other = await sync_to_async(keep_upload)(alice, upload)

    with pytest.raises(ToolError, match=f"{name}” is of the type {mime_type}.*such as cat.png"):
        await give(app, "measure", picture=other.handle)
    with pytest.raises(ToolError, match=f"data: URI is of the type {mime_type}"):
        await give(app, "measure", picture=f"data:{mime_type};base64,eA==")
    assert await give(app, "name_file", file=other.handle) == f"{name}: 1"


async def test_a_picture_with_another_ending_is_let_through(app, alice, picture, give):
    content = b"".join(bytes_of(picture))
    upload = SimpleUploadedFile("picture.txt", content, "image/png")
    odd = await sync_to_async(keep_upload)(alice, upload)

    assert await give(app, "measure", picture=odd.handle) == "31 x 17"


async def test_a_private_space_gets_the_bytes_within_the_call(app, picture, give):
    private = SpaceInfo(app.space_id, app.url, app.page, is_private=True, stage="RUNNING")

    assert await give(private, "measure", picture=picture.handle) == "31 x 17"


PLACES = places_in(
    {
        "type": "object",
        "properties": {
            "photo": FILE,
            "many": {"type": "array", "items": FILE},
            "prompt": {"type": "string"},
        },
    }
)


@pytest.fixture
async def space():
    async with scripted_space() as space:
        yield space


@pytest.fixture
def call_with(alice):
    async def call_with(space, *, info=None, user_id=alice.pk, token=None, **arguments):
        given = await prepare(arguments, PLACES, user_id)
        await call_tool(
            info or space.info,
            "predict",
            given,
            token=token,
            include_images=True,
            report_progress=None,
        )
        return space.asked[-1].message["params"]["arguments"]

    return call_with


def took(path="/tmp/gradio/abc/cat.png", **more):
    return Answer(json.dumps([path]).encode(), kind="application/json", **more)


DONE = Answer(event(result("done")))


async def test_handles_become_addresses_where_files_stand_and_nowhere_else(
    space, picture, call_with
):
    space.answers = [took("/tmp/x/a b#1.png"), DONE]

    given = await call_with(
        space, photo=picture.handle, many=[picture.handle, "data:,x"], prompt=picture.handle
    )

    here = f"{space.info.url}/gradio_api/file=/tmp/x/a%20b%231.png"
    assert given == {"photo": here, "many": [here, "data:,x"], "prompt": picture.handle}
    upload, call = space.asked
    assert (upload.method, upload.path) == ("POST", "/gradio_api/upload")
    assert call.path == "/gradio_api/mcp/"


async def test_an_upload_carries_the_bytes_and_no_token(space, picture, call_with):
    space.answers = [took(), DONE]

    await call_with(space, photo=picture.handle, token="hf_secret")

    upload, call = space.asked
    assert b"".join(bytes_of(picture)) in upload.body
    assert 'name="files"; filename="Ünser Bild.png"' in upload.body.decode(errors="replace")
    assert "hf_secret" not in str(upload)
    assert "hf_secret" in str(call.headers)


async def test_a_file_stays_at_the_replica_that_took_it(space, picture, call_with):
    space.answers = [took("/tmp/a.png", headers={"X-Proxied-Replica": "uxm7fnh3-hqx78"}), DONE]

    given = await call_with(space, photo=picture.handle)

    assert given["photo"] == f"{space.info.url}/--replicas/hqx78/gradio_api/file=/tmp/a.png"


@pytest.mark.parametrize(
    "handle",
    [
        "file:///etc/passwd",
        "file://localhost/C:/cat.png",
        "FILE:///x",
        "file://" + "a" * 26 + "/cat.png",
    ],
)
async def test_what_is_no_file_of_this_person_is_refused_before_the_space_is_asked(
    space, call_with, handle
):
    with pytest.raises(ToolError, match="http://localhost:8000/files/"):
        await call_with(space, photo=handle)
    assert space.asked == []


async def test_a_file_of_another_is_as_one_that_there_is_not(space, picture, call_with):
    stranger = await sync_to_async(make_user)()

    with pytest.raises(ToolError, match="is no file that this account has here"):
        await call_with(space, photo=picture.handle, user_id=stranger.pk)
    with pytest.raises(ToolError, match="sign in"):
        await call_with(space, photo=picture.handle, user_id=None)
    assert space.asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=404), "takes no uploads"),
        (Answer(status=413), "too large"),
        (Answer(status=401), "sign-in of its own"),
        (Answer(status=503), "may be starting"),
        (Answer(b"[]", kind="application/json"), "did not say where"),
        (Answer(b'["a", "b"]', kind="application/json"), "did not say where"),
        (Answer(b'{"x": ', kind="application/json"), "did not say where"),
        (took("x" * 5_000), "cannot be used"),
    ],
)
async def test_a_space_that_does_not_take_a_file_is_not_called(
    space, picture, call_with, answer, said
):
    space.answers = [answer]

    with pytest.raises(ToolError, match=said):
        await call_with(space, photo=picture.handle)
    assert {asked.path for asked in space.asked} == {"/gradio_api/upload"}


async def test_a_large_file_cannot_be_given_to_a_private_space(space, picture, call_with):
    private = replace(space.info, is_private=True)
    size = await sync_to_async(StoredFile.objects.filter(pk=picture.pk).update)(size=20_000_000)

    with pytest.raises(ToolError, match="3 MB at most"):
        await call_with(space, info=private, photo=picture.handle)
    assert size == 1
    assert space.asked == []


async def test_a_call_has_a_bounded_number_of_files(space, call_with):
    handles = [f"file://{'a' * 24}{number:02}/x" for number in range(21)]

    with pytest.raises(ToolError, match="20 files at most"):
        await call_with(space, many=handles)


async def test_bytes_that_are_lost_are_said_to_be(space, picture, call_with):
    storage().delete(picture.pieces[0])
    space.answers = [took(), DONE]

    with pytest.raises(ToolError, match="not there any more"):
        await call_with(space, photo=picture.handle)


async def test_handle_of_what_is_still_being_copied_is_waited_for(alice):
    begin = sync_to_async(begin_file)
    file = await begin(alice.pk, name="a.txt", mime_type="text/plain", size=3, source="gr1_make")
    places = places_in({"type": "object", "properties": {"file": FILE}})

    preparing = asyncio.create_task(prepare({"file": file.handle}, places, alice.pk))
    await asyncio.sleep(0)
    await fill_file(file, parts_of(b"abc"))

    assert await preparing


async def test_upload_that_a_person_has_not_finished_is_not_waited_for(alice):
    file = await sync_to_async(begin_file)(alice.pk, name="a.txt", size=3)
    places = places_in({"type": "object", "properties": {"file": FILE}})

    with pytest.raises(ToolError, match="is no file that this account has here"):
        await prepare({"file": file.handle}, places, alice.pk)


async def parts_of(content):
    yield content
