"""What a person may keep, and when it goes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from mcpendpoint.files.forgetting import forget_old, sweep
from mcpendpoint.files.handles import id_in
from mcpendpoint.files.keeping import (
    FileTooLarge,
    QuotaExceeded,
    StorageFull,
    TooManyFiles,
    WrongOffset,
    add_piece,
    begin_file,
    bytes_used_by,
)
from mcpendpoint.files.links import FILES_PATH
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import bytes_of, own_file
from mcpendpoint.files.storage import save_piece
from tests.accounts.conftest import make_user
from tests.mcpendpoint.files.conftest import store_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_kept_is_found_by_its_handle_by_its_owner_alone(keep, alice):
    file, stranger = keep(content=b"mine"), make_user()

    assert file.handle == f"file://{file.pk}/notes.txt"
    found = own_file(alice.pk, id_in(file.handle))
    assert b"".join(bytes_of(found)) == b"mine"
    assert own_file(stranger.pk, id_in(file.handle)) is None


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "file://",
        "file://abc/x",
        "file://" + "a" * 26 + "/x/y",
        "file://" + "a" * 26 + "/" + "x" * 3_000,
        "https://example.org/x",
    ],
)
def test_a_path_is_no_handle(text):
    assert id_in(text) is None


def test_a_handle_is_read_as_clients_write_urls(keep):
    file = keep()

    assert id_in(file.handle.upper()) == id_in(f"file://{file.pk}") == file.pk


def test_a_file_may_not_be_larger_than_the_setting(keep, settings):
    settings.FILES_MAX_BYTES = 3

    with pytest.raises(FileTooLarge):
        keep(content=b"four")
    assert not StoredFile.objects.exists()


def test_files_together_may_not_be_larger_than_the_quota(keep, settings):
    settings.FILES_QUOTA_BYTES = 10
    keep(content=b"1234567")

    with pytest.raises(QuotaExceeded):
        keep(content=b"1234")
    keep(content=b"123")
    keep(content=b"1234567", user=make_user())  # who has a quota of their own


def test_the_number_of_files_is_bounded_too(keep, monkeypatch):
    monkeypatch.setattr("mcpendpoint.files.keeping.MAX_FILES", 1)
    keep()

    with pytest.raises(TooManyFiles):
        keep(content=b"")


def test_what_is_kept_by_itself_takes_half_of_the_files_at_most(keep, alice, monkeypatch):
    monkeypatch.setattr("mcpendpoint.files.keeping.MAX_FILES", 2)
    begin_file(alice.pk, name="a", size=1, quota=1_000)

    with pytest.raises(TooManyFiles):
        begin_file(alice.pk, name="b", size=1, quota=1_000)
    keep(content=b"upload")


def test_uploads_at_the_same_time_share_one_quota(alice, settings):
    settings.FILES_QUOTA_BYTES = 100

    def begin(number):
        try:
            return begin_file(alice.pk, name=f"{number}", size=30)
        except QuotaExceeded:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        begun = list(threads.map(begin, range(8)))

    assert sum(file is not None for file in begun) == 3
    assert bytes_used_by(alice) == 90


def test_a_piece_is_taken_once_and_in_its_place(alice, on_disk):
    file = begin_file(alice.pk, name="a", size=6)
    same = StoredFile.objects.get(pk=file.pk)
    add_piece(file, 0, b"abc")

    with pytest.raises(WrongOffset):
        add_piece(file, 0, b"abc")
    with pytest.raises(WrongOffset):
        add_piece(same, 0, b"xyz")  # at another worker, at the same time
    with pytest.raises(FileTooLarge):
        add_piece(file, 3, b"defg")
    assert own_file(alice.pk, file.pk) is None  # as long as it is not whole
    add_piece(file, 3, b"def")

    assert b"".join(bytes_of(own_file(alice.pk, file.pk))) == b"abcdef"
    assert len(on_disk(file)) == 2


def test_bytes_are_private_on_disk(keep, on_disk):
    (piece,) = on_disk(keep())

    assert piece.stat().st_mode & 0o777 == 0o600
    assert piece.parent.stat().st_mode & 0o777 == 0o700


def test_bytes_go_with_the_row_also_when_the_account_is_removed(keep, alice, on_disk):
    one, other = keep(), keep()
    assert on_disk(one) and on_disk(other)

    one.delete()
    alice.delete()

    assert on_disk(one) == on_disk(other) == []


def test_a_file_ends_and_then_its_bytes_go(keep, alice, on_disk):
    file = keep()
    StoredFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert own_file(alice.pk, file.pk) is None
    assert forget_old(timezone.now()) == 1
    assert on_disk(file) == []


def test_an_upload_that_nobody_finishes_ends_after_a_day(alice):
    begin_file(alice.pk, name="a", size=6)

    assert forget_old(timezone.now() + timedelta(hours=23)) == 0
    assert forget_old(timezone.now() + timedelta(hours=25)) == 1


def test_bytes_without_a_row_are_swept_up_within_a_day(keep, on_disk):
    file = keep()
    save_piece(file.pk, b"from a process that ended before it could say so")
    now = timezone.now()
    assert sum(sweep(now + timedelta(hours=hour)) for hour in range(16)) == 0

    swept = sum(sweep(now + timedelta(days=2, hours=hour)) for hour in range(16))

    assert swept == 1
    assert len(on_disk(file)) == 1


def test_a_full_disk_is_said_and_leaves_nothing_behind(keep, settings, tmp_path, alice):
    (tmp_path / "no-folder").write_text("")
    store_in(settings, tmp_path / "no-folder")

    with pytest.raises(StorageFull):
        keep()

    assert bytes_used_by(alice) == 0


def test_the_page_is_where_people_are_sent():
    assert reverse("files:list") == FILES_PATH
