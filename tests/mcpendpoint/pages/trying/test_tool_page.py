"""The page of a tool against the stand-in Hub and a real Gradio app, without its script."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.preferences import preferences_changed, save_tools
from accounts.space_selection import add_space, mark_space
from mcpendpoint.pages.trying.views import MAX_FILES
from mcpendpoint.protocol.records import Outcome
from tests.mcpendpoint.pages.trying.page import ToolPage, words_of

EVIL = "<script>alert(1)</script>"
MAKER = "acme/image-maker"


@pytest.fixture(autouse=True)
def _standins(standins):
    pass


@pytest.fixture
def maker(alice):
    add_space(alice, MAKER, is_private=False, title="", emoji="")


def choose(user, *tools):
    save_tools(user, list(tools), True)


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(client):
    response = client.get("/tools/hf_whoami/")

    assert response.url == reverse("accounts:sign-in") + "?next=/tools/hf_whoami/"
    assert client.post("/tools/hf_whoami/").status_code == 302


def test_the_form_is_of_the_definition_that_clients_are_told(page_of):
    text = page_of("hub_repo_search").text

    assert "Results per type and page. From 1 to 100." in text
    assert "trendingScore" in text


def test_nothing_runs_without_the_word_of_the_page_itself(alice, recorded):
    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(alice)

    assert signed_in.post("/tools/hf_whoami/").status_code == 403
    assert signed_in.get("/tools/hf_whoami/").status_code == 200
    assert recorded == []


def test_a_tool_runs_as_the_person(page_of):
    assert "alice" in page_of("hf_whoami").said()


def test_a_run_is_recorded_as_a_call_of_this_site_by_the_person(page_of, recorded, alice):
    page_of("hf_whoami").run()

    (record,) = recorded
    assert (record.method, record.tool, record.outcome) == ("tools/call", "hf_whoami", Outcome.OK)
    assert (record.client_name, record.credential, record.user_id) == (
        "This site",
        "session",
        alice.pk,
    )
    assert record.transport == "page"


def test_rows_of_a_result_are_a_table_and_the_call_is_there_to_copy(page_of):
    page = page_of("hub_repo_search").run(query="bert", limit="3").content.decode()

    assert "<caption>model results" in page
    assert "YOUR_ACCESS_KEY" in page
    assert "/u/alice/mcp" in page
    assert "hf_alice" not in page


def test_what_is_wrong_is_said_beside_its_field_and_nothing_runs(page_of, recorded):
    response = page_of("hub_repo_search").run(query=EVIL, limit="many")

    page = response.content.decode()
    assert response.status_code == 422
    assert "This should be a number" in page
    assert 'value="many"' in page
    assert EVIL not in page
    assert recorded == []


def test_a_tool_that_is_not_selected_has_a_sentence_with_what_to_do(page_of, recorded):
    page = page_of("model_search")

    assert page.open().status_code == 404
    assert "Tick it at" in page.text
    assert page.run(query="bert").status_code == 404
    assert recorded == []


def test_a_tool_that_writes_has_a_page_once_it_is_selected(page_of, alice):
    assert page_of("create_repo").open().status_code == 404
    choose(alice, "create_repo")

    assert page_of("create_repo").open().status_code == 200


@pytest.mark.parametrize("name", ["no-such-tool", "gr7_make_image", "x" * 300])
def test_names_of_no_tool_have_a_sentence_too(page_of, name):
    assert page_of(name).open().status_code == 404


def test_a_tool_of_a_space_runs_and_its_picture_is_shown(page_of, maker):
    page = page_of("gr1_make_image").run(prompt="a cat", width="64", steps="4").content.decode()

    assert '<img src="data:image/png;base64,' in page


def test_words_of_a_space_are_text(page_of, maker):
    page = page_of("gr1_greet").run(name=EVIL).content.decode()

    assert EVIL not in page
    assert "Hello, &lt;script&gt;" in page


def test_a_failure_of_a_space_is_an_error_with_what_to_do(page_of, maker):
    said = page_of("gr1_fail").said(message="oh no")

    assert "It did not work" in said
    assert "oh no" in said
    assert "look at the Space’s state" in said


def test_a_file_of_the_persons_is_given_to_a_space(page_of, maker):
    file = SimpleUploadedFile("a.txt", b"hello there", "text/plain")

    page = page_of("gr1_describe_file")

    assert 'type="file"' in page.open().content.decode()
    assert "11 bytes" in page.said(**{"file": "", "file~file": file})


def test_a_file_that_is_too_large_is_said_to_be(page_of, maker, recorded, settings):
    settings.FILES_MAX_BYTES = 1_000
    file = SimpleUploadedFile("a.bin", b"x" * 1_001)

    said = page_of("gr1_describe_file").said(**{"file~file": file})

    assert "A file may have 1 kB at most." in said
    assert recorded == []


def test_more_files_than_can_be_given_are_refused(page_of, maker, recorded):
    files = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(MAX_FILES + 1)]

    assert "No more than 10 files" in page_of("gr1_describe_file").said(**{"file~file": files})
    assert recorded == []


def test_a_space_that_is_asleep_has_its_reason_in_place_of_a_form(page_of, alice):
    add_space(alice, "acme/asleep", is_private=False, title="", emoji="")

    page = page_of("gr1_anything")

    assert page.open().status_code == 404
    assert "asleep" in page.text


def test_a_row_is_added_without_running_anything(page_of, recorded):
    page = page_of("hf_fs")

    response = page.client.post(
        page.path,
        {"arg.operations~rows": "1", "arg.operations.0.cmd": "ls", "more": "arg.operations"},
    )

    assert 'name="arg.operations.1.cmd"' in response.content.decode()
    assert response.status_code == 200
    assert recorded == []


def test_rows_are_the_items_of_a_list(page_of):
    said = page_of("hf_fs").said(
        **{"operations~rows": "1", "operations.0.cmd": "ls", "operations.0.args": "hf://models"}
    )

    assert "Result" in said
    assert "Nothing was run" not in said


def test_a_call_that_needs_approval_leads_to_it_and_runs_once_it_is_given(
    page_of, alice, signed_in, recorded
):
    choose(alice, "create_repo")
    page = page_of("create_repo")
    uri = "hf://models/alice/published-from-a-page"

    waiting = page.run(uri=uri)
    assert "Not made yet" in words_of(waiting)
    (path,) = re.findall(r'href="http://[^/"]+(/approvals/[\w-]+/)"', waiting.content.decode())
    signed_in.post(path, {"decision": "approve"})

    assert "created" in page.said(uri=uri)
    assert [record.outcome for record in recorded] == [Outcome.WAITING, Outcome.OK]


def test_a_space_that_asks_first_asks_here_too(page_of, alice, maker):
    mark_space(alice, MAKER, asks_first=True)

    assert "Not made yet" in page_of("gr1_greet").said(name="Ada")


def test_runs_count_as_calls_of_the_person(db, settings, recorded):
    settings.LIMIT_CHEAP_PER_MINUTE = 4
    somebody = User.objects.create_user("eager", hf_id="eager-id", pk=71_000_001)
    signed_in = Client()
    signed_in.force_login(somebody)
    page = ToolPage(signed_in, "hf_whoami")

    for _ in range(5):
        said = page.said()

    assert "Too many" in said
    assert recorded[-1].outcome is Outcome.LIMITED


def test_whose_connection_has_ended_is_told_what_to_do(page_of, alice, recorded):
    alice.hub_credential.delete()
    preferences_changed.send(sender=User, user_id=alice.pk)

    assert "sign in again" in page_of("hf_whoami").said()


def test_each_selected_tool_is_linked_from_where_it_was_chosen(signed_in, alice, maker):
    settings_page = signed_in.get(reverse("accounts:tools")).content.decode()
    status = signed_in.get(reverse("spaces:status", args=MAKER.split("/"))).content.decode()

    assert 'href="/tools/hub_repo_search/"' in settings_page
    assert 'href="/tools/create_repo/"' not in settings_page
    assert 'href="/tools/gr1_greet/"' in status


def test_tools_of_default_spaces_are_linked_and_run(signed_in, page_of, settings):
    settings.DEFAULT_SPACES = [MAKER]
    status = signed_in.get(reverse("spaces:status", args=MAKER.split("/"))).content.decode()
    (path,) = re.findall(r'href="(/tools/grx\w+_greet/)"', status)

    assert "Hello, Ada." in page_of(path.split("/")[2]).said(name="Ada")


def test_the_address_above_all_tools_leads_to_them(signed_in):
    assert signed_in.get("/tools/").url == "/settings/tools/"


def test_neither_arguments_nor_tokens_are_logged(page_of, maker, caplog):
    with caplog.at_level("DEBUG"):
        page_of("gr1_fail").run(message="word-of-mine")
        page_of("hub_repo_search").run(query="word-of-mine", limit="word-of-mine")

    assert "word-of-mine" not in caplog.text
    assert "hf_alice" not in caplog.text
