"""The page of a person's files: what is shown, taken and sent, and to whom."""

import re

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from django.urls import reverse

from accounts.models import User
from mcpendpoint.files.keeping import keep_upload
from mcpendpoint.files.links import shared_path
from mcpendpoint.files.models import StoredFile
from mcpendpoint.pages import file_uploads
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/files/"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def alice(db) -> User:
    return make_user("alice-of-files")


def client_of(user) -> Client:
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(user)
    return client


@pytest.fixture
def browser(alice) -> Client:
    return client_of(alice)


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost:8000"})


def keep(user, name="notes.txt", content=b"mine", mime_type="text/plain") -> StoredFile:
    return keep_upload(user, SimpleUploadedFile(name, content, mime_type))


def path_of(file) -> str:
    return reverse("files:download", args=[file.pk, file.name])


def begin(browser, size, **more):
    form = {"name": "a.bin", "type": "", "size": size, **more}
    return browser.post(reverse("files:begin-upload"), form)


def send(browser, url, offset, content):
    return browser.post(f"{url}?offset={offset}", content, content_type="application/octet-stream")


def test_who_is_not_signed_in_is_sent_to_sign_in(visitor):
    assert visitor.get(PAGE).url.startswith("/sign-in/")


def test_a_person_without_files_is_told_what_the_page_is_for(browser):
    assert "You have no files yet" in browser.get(PAGE).text


def test_a_form_uploads_a_file_without_javascript(browser, alice):
    upload = SimpleUploadedFile("cat.png", b"\x89PNG", "image/png")

    page = browser.post(PAGE, {"file": upload}, follow=True).text

    file = StoredFile.objects.get(user=alice)
    assert "“cat.png” is here." in page
    assert file.handle in page
    assert f'src="{path_of(file)}"' in page


def test_a_form_without_a_file_says_so(browser):
    assert "Choose a file first." in browser.post(PAGE, follow=True).text


def test_a_file_that_is_too_large_is_refused_in_words(browser, settings):
    settings.FILES_MAX_BYTES = 3

    answer = browser.post(PAGE, {"file": SimpleUploadedFile("a", b"four")})

    assert answer.status_code == 413
    assert "A file may have 3 bytes at most." in answer.text


def test_an_upload_in_pieces_goes_on_where_it_broke_off(browser, alice, monkeypatch):
    monkeypatch.setattr(file_uploads, "PIECE_BYTES", 4)
    first = begin(browser, 10, fingerprint="10-1-a.bin").json()
    assert (first["offset"], first["piece"]) == (0, 4)
    send(browser, first["url"], 0, b"abcd")

    again = begin(browser, 10, fingerprint="10-1-a.bin").json()

    assert again["url"] == first["url"]
    assert again["offset"] == browser.get(first["url"]).json()["offset"] == 4
    assert send(browser, first["url"], 0, b"abcd").status_code == 409
    assert send(browser, first["url"], 4, b"ef").status_code == 400
    assert send(browser, first["url"], 4, b"efgh").json()["handle"] is None
    assert send(browser, first["url"], 8, b"ij").json()["handle"].startswith("file://")
    assert sent(browser.get(path_of(StoredFile.objects.get(user=alice)))) == b"abcdefghij"


def test_a_file_of_no_bytes_is_there_at_once(browser):
    assert begin(browser, 0).json()["handle"].startswith("file://")


@pytest.mark.parametrize("size", ["", "-1", "x", "9" * 30, "\u0663"])
def test_a_size_that_is_none_is_refused(browser, size):
    assert begin(browser, size).status_code == 400


def test_an_upload_that_does_not_fit_is_refused_before_it_begins(browser, settings):
    settings.FILES_QUOTA_BYTES = 5

    answer = begin(browser, 6)

    assert answer.status_code == 413
    assert "room for 5 bytes" in answer.json()["error"]


def test_a_file_is_sent_as_something_that_is_not_run(browser, alice):
    page = keep(alice, "page.html", EVIL.encode(), "text/html")
    drawing = keep(alice, "x.svg", b"<svg/>", "image/svg+xml")

    for file in (page, drawing):
        answer = browser.get(path_of(file))
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]


def test_a_picture_is_shown_and_can_be_downloaded(browser, alice):
    path = path_of(keep(alice, "größe.png", b"\x89PNG", "image/png"))

    shown, downloaded = browser.get(path), browser.get(f"{path}?download")

    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"].startswith("inline")
    assert downloaded["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''gr%C3%B6%C3%9Fe.png" in shown["Content-Disposition"]


async def test_a_large_file_is_streamed(alice, settings):
    file = await sync_to_async(keep)(alice, content=b"x" * 1_000_000)
    browser = AsyncClient(headers={"host": "localhost:8000"})
    await browser.aforce_login(alice)

    answer = await browser.get(path_of(file))

    pieces = [piece async for piece in answer.streaming_content]
    assert b"".join(pieces) == b"x" * 1_000_000
    assert len(pieces) > 3


def test_names_cannot_break_the_page(browser, alice):
    file = keep(alice)
    StoredFile.objects.filter(pk=file.pk).update(name=EVIL, source=EVIL)

    assert EVIL not in browser.get(PAGE).text


def test_what_is_another_persons_is_not_there(alice, visitor):
    file, stranger = keep(alice), client_of(make_user())
    upload = reverse("files:upload", args=[file.pk])

    assert stranger.get(path_of(file)).status_code == 404
    assert stranger.get(upload).status_code == 404
    assert send(stranger, upload, 0, b"x").status_code == 404
    assert stranger.post(reverse("files:delete", args=[file.pk])).status_code == 404
    assert file.handle not in stranger.get(PAGE).text
    assert visitor.get(path_of(file)).status_code == 302
    assert StoredFile.objects.filter(pk=file.pk).exists()


def test_a_file_is_deleted(browser, alice):
    file = keep(alice)

    fragment = browser.post(
        reverse("files:delete", args=[file.pk]), headers={"HX-Request": "true"}
    ).text

    assert "“notes.txt” is deleted." in fragment
    assert "You have no files yet" in fragment
    assert browser.get(path_of(file)).status_code == 404


def test_a_signed_link_opens_without_a_session_until_the_file_is_deleted(browser, alice, visitor):
    file = keep(alice)
    link = re.search(r"http://localhost:8000(/files/shared/[^<\"]+)", browser.get(PAGE).text)[1]

    answer = visitor.get(link)
    assert sent(answer) == b"mine"
    assert answer["Content-Disposition"].startswith("attachment")
    file.delete()
    assert visitor.get(link).status_code == 404


def test_a_signature_counts_for_its_file_alone(alice, visitor):
    one, other = keep(alice), keep(make_user())
    forged = shared_path(one).replace(one.pk, other.pk)

    assert visitor.get(forged).status_code == 404
    assert visitor.get(shared_path(one).replace("/notes.txt", "x/notes.txt")).status_code == 404


def sent(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("odd", [{"type": "a" * 150 + "/b"}, {"fingerprint": "a\0b"}])
def test_what_no_column_takes_is_not_stored(browser, odd):
    form = {"name": "x.png", "size": "10", "type": "image/png", "fingerprint": "f", **odd}

    assert browser.post(reverse("files:begin-upload"), form).status_code == 200
