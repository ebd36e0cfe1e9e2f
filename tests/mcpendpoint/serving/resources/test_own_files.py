"""A handle as a resource: its owner reads it, and nobody else."""

import base64
from uuid import uuid4

import mcp
import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.access_keys import create_access_key
from mcpendpoint.files.keeping import keep_upload
from tests.accounts.conftest import make_user
from tests.mcpendpoint.in_process_client import ERAS, connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(db):
    return make_user("alice-of-files")


def keep(user, name, content, mime_type):
    return keep_upload(user, SimpleUploadedFile(name, content, mime_type))


async def read(uri, token, era):
    async with connected(era, token) as client:
        return (await client.read_resource(uri)).contents


async def error_of(uri, token, era="legacy"):
    async with connected(era, token) as client:
        with pytest.raises(mcp.MCPError) as caught:
            await client.read_resource(uri)
    return caught.value.error


async def key_of(user):
    _, text = await sync_to_async(create_access_key)(user, uuid4().hex)
    return text


@pytest.mark.parametrize("era", ERAS)
async def test_its_owner_reads_a_file_by_its_handle(alice, era):
    picture = await sync_to_async(keep)(alice, "a b.png", b"\x89PNG", "image/png")
    note = await sync_to_async(keep)(alice, "a.txt", b"mine", "text/plain")
    key = await key_of(alice)

    (blob,) = await read(picture.handle, key, era)
    (text,) = await read(note.handle, key, era)

    assert (blob.uri, blob.mime_type) == (picture.handle, "image/png")
    assert base64.b64decode(blob.blob) == b"\x89PNG"
    assert (text.text, text.mime_type) == ("mine", "text/plain")


@pytest.mark.parametrize("era", ERAS)
async def test_for_others_there_is_no_such_file(alice, era):
    file = await sync_to_async(keep)(alice, "a.txt", b"mine", "text/plain")
    stranger = await sync_to_async(make_user)()
    missing = f"file://{'a' * 26}/a.txt"

    said = set()
    for token in (await key_of(stranger), None):
        for uri in (file.handle, missing):
            error = await error_of(uri, token, era)
            said.add((error.code, error.message))
    assert len(said) == 1


async def test_a_file_that_is_too_large_for_an_answer_is_refused(alice):
    file = await sync_to_async(keep)(alice, "a.bin", b"x" * 700_000, "")

    assert "has 700000 bytes" in (await error_of(file.handle, await key_of(alice))).message
