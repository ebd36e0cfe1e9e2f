"""At home one sees what is on, what was made and what waits."""

import zlib
from datetime import timedelta

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import approvals
from accounts.access_keys import create_access_key
from accounts.approvals import Subject
from accounts.consequences import Kind
from accounts.models import HubCredential
from accounts.pins import Rules, SeenPart, see_parts
from accounts.preferences import save_tools
from accounts.space_selection import add_space, remove_space
from mcpendpoint.files.keeping import keep_upload
from mcpendpoint.files.questions import ask as ask_for_file
from mcpendpoint.models import KnownSpace
from mcpendpoint.protocol.records import Outcome
from tests.accounts.conftest import make_user
from tests.dashboard.home.use import call, note

pytestmark = pytest.mark.django_db

NOBODYS = Rules(is_growth=lambda *_: False, holds_suspicious=False)
MAKER = "acme/image-maker"


@pytest.fixture
def maker(alice):
    return add_space(alice, MAKER, is_private=False, title="Image maker", emoji="🎨")


def publish(title: str = "Create the model alice/summaries") -> Subject:
    return Subject("create_repo", title, (Kind.PUBLISH,), title, (), "the app Sketchy")


def know(stage: str, space_id: str = MAKER) -> None:
    """Have it known what the Hub says of a Space's state."""
    source = zlib.compress(orjson.dumps({"stage": stage}))
    now = timezone.now()
    KnownSpace.objects.create(
        space_id=space_id, about=KnownSpace.About.INFO, source=source, found_at=now, looked_at=now
    )


def test_who_has_nothing_to_do_is_not_told_of_it(alice, at_home):
    assert "Needs you" not in at_home(alice)


def test_a_call_that_waits_for_a_word_leads_to_its_page(alice, at_home):
    row = approvals.ask(alice.pk, publish())

    page = at_home(alice)

    assert "Create the model alice/summaries" in page
    assert "Asked by the app Sketchy." in page
    assert f'href="/approvals/{row.pk}/"' in page


def test_what_is_decided_or_over_waits_for_nobody(alice, at_home):
    approvals.decide(alice, approvals.ask(alice.pk, publish()).pk, is_approved=True)
    over = approvals.ask(alice.pk, publish("Create another"))
    over.expires_at = timezone.now()
    over.save()

    assert "Needs you" not in at_home(alice)


def test_a_call_that_waits_for_a_file_leads_to_its_page(alice, at_home):
    about = {"space_id": MAKER, "parameter": "image", "takes": ["image"], "takes_many": False}
    question = ask_for_file(alice.pk, "d" * 64, tool="gr1_paint", client="", **about)

    page = at_home(alice)

    assert "gr1_paint waits for a file" in page
    assert f'href="/files/asked/{question.pk}/"' in page


def test_a_space_that_changed_its_tools_leads_to_what_changed(alice, at_home, maker):
    for pin in ("before", "after"):
        see_parts(alice.pk, MAKER, [SeenPart("paint", pin, {"description": pin})], NOBODYS)

    page = at_home(alice)

    assert f"{MAKER} changed its tools" in page
    assert f'href="/settings/spaces/{MAKER}/" aria-label="See what changed' in page


def test_a_space_that_broke_is_said_to_with_the_reason(alice, at_home, maker):
    know("RUNTIME_ERROR")

    page = at_home(alice)

    assert f"{MAKER} does not work" in page
    assert "stopped with a runtime error" in page
    assert f'href="/settings/spaces/{MAKER}/" aria-label="Look at it' in page


def test_a_space_that_sleeps_leads_to_where_it_wakes(alice, at_home, maker, settings):
    know("SLEEPING")

    page = at_home(alice)

    assert f"{MAKER} is asleep" in page
    assert f'href="{settings.HF_ENDPOINT}/spaces/{MAKER}"' in page


@pytest.mark.parametrize("what", ["runs", "is removed", "is private"])
def test_of_other_spaces_nothing_is_said(alice, at_home, maker, what):
    know("RUNNING" if what == "runs" else "RUNTIME_ERROR")
    if what == "is removed":
        remove_space(alice, MAKER)
    elif what == "is private":
        add_space(alice, MAKER, is_private=True, title="", emoji="")

    assert "Needs you" not in at_home(alice)


def test_whoever_hugging_face_let_go_signs_in_again_and_comes_back(alice, at_home):
    HubCredential.objects.update(needs_sign_in=True)

    page = at_home(alice)

    assert "Your connection to Hugging Face has ended" in page
    assert 'href="/sign-in/?next=/"' in page


def test_a_tool_that_lacks_a_permission_says_which_and_leads_there(alice, at_home, settings):
    settings.HF_OAUTH_CLIENT_ID = "a-client"
    HubCredential.objects.update(kind=HubCredential.Kind.OAUTH, scope="openid read-repos")
    save_tools(alice, ["hf_jobs"], include_images=True)

    page = at_home(alice)

    assert "Hugging Face Jobs: switched on, not usable" in page
    assert "Needs your permission on Hugging Face to “Run jobs”." in page
    assert 'href="/settings/permissions/#allow-jobs"' in page


def test_a_key_that_ends_soon_is_among_what_waits(alice, at_home):
    create_access_key(alice, "Laptop", expires_at=timezone.now() + timedelta(days=2, hours=1))

    assert "The key “Laptop” ends in 2 days" in at_home(alice)


def test_tools_and_spaces_that_are_on_are_named(alice, at_home, maker):
    save_tools(alice, ["hub_repo_search", "create_repo"], include_images=True)

    page = at_home(alice)

    assert "3 built-in tools</strong>: Who am I on Hugging Face, Search" in page
    assert "1 of them can change or spend something" in page
    assert "Image maker" in page


def test_default_spaces_are_ones_own_until_one_chooses(alice, at_home, settings):
    settings.DEFAULT_SPACES = [MAKER]

    assert MAKER in at_home(alice)


def test_files_are_there_to_open(alice, at_home):
    file = keep_upload(alice, SimpleUploadedFile("größe.txt", b"12 m"))

    page = at_home(alice)

    assert "größe.txt" in page
    assert f"/files/{file.pk}/" in page


def test_calls_that_can_change_something_are_told_and_others_not(alice, at_home):
    note(call(alice, tool="create_repo"), call(alice, tool="hub_repo_search"))
    note(call(alice, tool="hf_jobs", outcome=Outcome.TOOL_ERROR))

    page = at_home(alice)

    assert "<code>create_repo</code> by Cursor" in page
    assert "hub_repo_search" not in page
    assert "hf_jobs" not in page


def test_nobody_sees_what_is_anothers(alice, at_home, maker):
    approvals.ask(alice.pk, publish())
    keep_upload(alice, SimpleUploadedFile("secret.txt", b"12"))
    note(call(alice, tool="create_repo"))

    page = at_home(make_user("stranger-at-home"))

    for what in ("alice", "secret.txt", "create_repo", MAKER, "Needs you"):
        assert what not in page


def test_as_many_questions_are_put_to_the_database_however_much_there_is(alice, at_home):
    def queries_with(*names: str) -> int:
        for name in names:
            add_space(alice, f"acme/{name}", is_private=False, title="", emoji="")
            know("RUNTIME_ERROR", f"acme/{name}")
            create_access_key(alice, name)
            approvals.ask(alice.pk, publish(f"Create {name}"))
            keep_upload(alice, SimpleUploadedFile(f"{name}.txt", b"12"))
            note(call(alice, credential_name=name, client_name=name))
        with CaptureQueriesContext(connection) as asked:
            at_home(alice)
        return len(asked)

    at_home(alice)

    assert queries_with("one") == queries_with("two", "three", "four", "five") <= 17
