"""The same that a folder does, in a bucket of S3: nothing above the storage sees which it is."""

import signal
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from tempfile import TemporaryFile

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile, File
from django.urls import reverse
from django.utils import timezone

from hfmcp_site.doctor.files import check_files
from hfmcp_site.doctor.findings import Level
from mcpendpoint.files.forgetting import sweep
from mcpendpoint.files.handles import new_id
from mcpendpoint.files.keeping import StorageFull, add_piece, begin_file, bytes_used_by
from mcpendpoint.files.reading import bytes_of
from mcpendpoint.files.storage import (
    FileLost,
    delete_piece,
    names_in,
    read_piece,
    save_piece,
    storage,
)
from tests.mcpendpoint.files.bucket import BUCKET, PREFIX, Bucket, running_bucket
from tests.needs import need

pytestmark = pytest.mark.django_db(transaction=True)

ALL_FOLDERS = 26 * 36
EPOCH = datetime.fromtimestamp(0, UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[Bucket]:
    there = all(map(find_spec, ("storages", "boto3", "moto")))
    need(there, "requirements-dev.txt has what speaks S3: pip install -r requirements-dev.txt")
    with running_bucket() as bucket:
        yield bucket


@pytest.fixture(autouse=True)
def bucket(running, settings, monkeypatch, folder) -> Bucket:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-tests")
    running.make_new()
    settings.STORAGES = {**settings.STORAGES, "files": running.storage}
    settings.FILES_S3_BUCKET = BUCKET
    return running


def test_what_was_kept_is_below_the_prefix_and_read_in_the_order_of_its_pieces(alice, bucket):
    file = begin_file(alice.pk, name="a", size=6)
    add_piece(file, 0, b"abc")
    add_piece(file, 3, b"def")

    assert b"".join(bytes_of(file)) == b"abcdef"
    assert sorted(bucket.keys()) == sorted(f"{PREFIX}/{piece}" for piece in file.pieces)


async def test_a_file_is_downloaded_from_its_page(keep, alice, async_client):
    file = await sync_to_async(keep)()
    await async_client.aforce_login(alice)

    answer = await async_client.get(reverse("files:download", args=[file.pk, file.name]))

    assert b"".join([part async for part in answer]) == b"mine"


def test_bytes_go_with_the_row_also_when_the_account_is_removed(keep, alice, bucket):
    one, _ = keep(), keep()
    assert len(bucket.keys()) == 2

    one.delete()
    alice.delete()

    assert bucket.keys() == []


def test_no_more_of_a_large_piece_is_held_than_is_sent_or_read_at_once(bucket):
    size = 12_000_000
    assert b"".join(read_piece(save_piece(new_id(), b"loads what it needs")))
    with TemporaryFile() as large:
        large.truncate(size)
        tracemalloc.start()
        name = save_piece(new_id(), File(large, "large"))
        read = sum(map(len, read_piece(name)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert read == size
    assert most < size / 3


def test_threads_keep_and_read_at_the_same_time(bucket):
    def there_and_back(number: int) -> bool:
        return b"".join(read_piece(save_piece(new_id(), b"%d" % number))) == b"%d" % number

    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(there_and_back, range(9)))


def test_bytes_without_a_row_are_swept_up_and_no_others(alice, bucket, monkeypatch):
    monkeypatch.setattr("mcpendpoint.files.forgetting.FOLDERS_A_TIME", 1)
    file = begin_file(alice.pk, name="a", size=4, file_id=f"aa{new_id()[2:]}")
    add_piece(file, 0, b"mine")
    save_piece(file.pk, b"from a process that ended before it could say so")
    turn = timedelta(hours=ALL_FOLDERS)
    next_turn = EPOCH + (timezone.now() - EPOCH) // turn * turn + turn

    assert sweep(next_turn - turn) == 0  # they may still get one
    assert sweep(next_turn) == 1
    assert bucket.keys() == [f"{PREFIX}/{file.pieces[0]}"]


def test_a_folder_is_listed_some_names_at_a_time(bucket, monkeypatch):
    monkeypatch.setattr("mcpendpoint.files.storage.NAMES_AT_A_TIME", 2)
    for name in ("aa/one", "aa/three", "aa/two", "ab/other"):
        bucket.put(name)

    assert list(names_in("aa")) == [["one", "three"], ["two"]]


def test_a_piece_never_takes_the_place_of_another(bucket):
    name = save_piece(new_id(), b"first")

    assert storage().save(name, ContentFile(b"second")) != name
    assert b"".join(read_piece(name)) == b"first"


def test_what_the_bucket_does_not_have_is_lost(keep, bucket):
    file = keep()
    storage().delete(file.pieces[0])

    with pytest.raises(FileLost):
        list(bytes_of(file))


@pytest.fixture
def without_bucket(bucket):
    bucket.remove()


@pytest.fixture
def wrong_credentials(bucket):
    bucket.know_callers(False)
    yield
    bucket.know_callers(True)


@pytest.mark.parametrize(
    ("fault", "told"),
    [("without_bucket", "NoSuchBucket"), ("wrong_credentials", "InvalidAccessKeyId")],
)
def test_a_bucket_that_takes_nothing_is_as_a_full_disk(keep, alice, request, caplog, fault, told):
    request.getfixturevalue(fault)

    with pytest.raises(StorageFull):
        keep()

    assert bytes_used_by(alice) == 0
    assert sweep(timezone.now()) == 0
    ((level, text, _),) = check_files()
    assert (level, text) == (Level.FAILURE, f"FILES_S3_BUCKET cannot be used: {told}.")
    assert f"refused ListObjectsV2: {told}" in caplog.text
    assert "of-tests" not in caplog.text


def test_a_bucket_that_hangs_is_waited_for_once(keep, bucket, settings, monkeypatch):
    file = keep()
    monkeypatch.setattr("mcpendpoint.files.in_bucket.READ_SECONDS", 0.2)
    settings.STORAGES = {**settings.STORAGES}  # to be made anew
    bucket.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(StorageFull):
            keep()
        started = time.monotonic()
        with pytest.raises(FileLost):
            list(bytes_of(file))
        assert not any(delete_piece(file.pieces[0]) for _ in range(100))
        assert time.monotonic() - started < 0.2
    finally:
        bucket.process.send_signal(signal.SIGCONT)


def test_an_endpoint_that_boto3_does_not_take_is_as_a_full_disk(keep, settings):
    files = settings.STORAGES["files"]
    options = {**files["OPTIONS"], "endpoint_url": "http://an_underscore:9000"}
    settings.STORAGES = {**settings.STORAGES, "files": {**files, "OPTIONS": options}}

    with pytest.raises(StorageFull):
        keep()


def test_the_doctor_writes_reads_and_deletes(bucket):
    (found,) = check_files()

    assert found[0] is Level.OK
    assert bucket.keys() == []


def test_nobody_is_handed_a_link_to_the_bucket(keep):
    with pytest.raises(NotImplementedError):
        storage().url(keep().pieces[0])
