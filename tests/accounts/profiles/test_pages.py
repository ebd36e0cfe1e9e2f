"""The pages of profiles, as a browser without JavaScript uses them."""

import json
import re

import pytest

from accounts.access_keys import create_access_key
from accounts.authorization.models import Application, Connection
from accounts.preferences import load_preferences, load_profile
from accounts.profile_models import Profile
from accounts.profiles.changing import create_profile
from accounts.space_selection import choose_space_tools, mark_space
from tests.accounts.profiles.conftest import FILES, SEARCH

pytestmark = pytest.mark.django_db

PAGE = "/settings/profiles/"


def text_of(response) -> str:
    return response.content.decode()


def upload(client, data: bytes):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post(PAGE + "file/", {"file": SimpleUploadedFile("p.json", data)})


def test_a_profile_is_made_edited_and_made_the_default(alice, alice_client):
    alice_client.post(PAGE, {"name": "team", "source": ""})
    form = {"tools": [FILES], "include_images": "on"}
    saved = alice_client.post("/settings/tools/", form)
    assert saved.status_code == 302, text_of(saved)

    assert load_profile(alice.pk, "team").tools == {FILES}
    assert load_preferences(alice.pk).tools is None
    for page in ("tools", "spaces", "approvals"):
        shown = text_of(alice_client.get(f"/settings/{page}/"))
        assert "editing your profile <strong>team" in shown

    team = Profile.objects.get(name="team")
    alice_client.post(f"{PAGE}{team.pk}/default/")
    assert load_preferences(alice.pk).tools == {FILES}


def test_the_only_selection_is_copied_before_it_has_a_row(alice, alice_client, save):
    save(alice, SEARCH)

    alice_client.post(PAGE, {"name": "team", "source": "default"})

    assert load_profile(alice.pk, "team").tools == {SEARCH}


def test_the_page_shows_each_address(alice, alice_client, team):
    page = text_of(alice_client.get(PAGE))

    assert f"/u/{alice.username}/mcp<" in page
    assert f"/u/{alice.username}/team/mcp<" in page
    alice.refresh_from_db()
    assert not alice.has_chosen_spaces


def test_a_name_that_does_not_do_is_said_to(alice_client):
    answer = alice_client.post(PAGE, {"name": "mcp"})

    assert answer.status_code == 422
    assert "another meaning" in text_of(answer)


def test_what_was_sent_for_a_profile_that_is_gone_changes_no_other(alice, alice_client, team):
    alice_client.post(f"{PAGE}team/edit/")
    team.delete()

    answer = alice_client.post("/settings/tools/", {"tools": [FILES]})

    assert answer.url == PAGE
    assert load_preferences(alice.pk).tools is None
    assert "is gone" in text_of(alice_client.get(PAGE))


@pytest.mark.parametrize("shown", ["tools", "approvals", "spaces"])
def test_a_page_that_showed_another_profile_changes_none(alice, alice_client, team, add, shown):
    add(alice, "acme/one")
    add(alice, "acme/one", team)
    page = text_of(alice_client.get(f"/settings/{shown}/"))
    (said,) = set(re.findall(r'name="of_profile" value="([^"]*)"', page))
    alice_client.post(f"{PAGE}team/edit/")
    before = load_profile(alice.pk, "team")

    path = "/settings/spaces/mark/" if shown == "spaces" else f"/settings/{shown}/"
    form = {"approve_delete": "allow", "space_id": "acme/one", "asks_first": "on"}
    answer = alice_client.post(path, {**form, "of_profile": said})

    assert answer.url == PAGE
    assert "nothing was saved" in text_of(alice_client.get(PAGE))
    assert load_profile(alice.pk, "team") == before
    assert alice_client.post(path, {**form, "of_profile": team.pk}).url != PAGE
    assert load_profile(alice.pk, "team") != before


def test_what_was_saved_for_one_profile_is_undone_for_no_other(alice, alice_client, save):
    save(alice, SEARCH)
    alice_client.post("/settings/tools/", {"tools": [FILES]})
    alice_client.post(PAGE, {"name": "team", "source": "default"})

    page = text_of(alice_client.get("/settings/tools/"))
    assert 'form="undo-tools-form" disabled' in page
    assert alice_client.post("/settings/tools/undo/").status_code == 409
    assert load_profile(alice.pk, "team") == load_preferences(alice.pk)


def test_a_key_and_an_app_are_bound(alice, alice_client, team):
    key, _ = create_access_key(alice, "Key")
    app = Application.objects.create(name="App", client_id="app")
    connection = Connection.objects.create(user=alice, application=app)

    alice_client.post(f"{PAGE}keys/{key.pk}/", {"profile": team.pk})
    alice_client.post(f"{PAGE}apps/{connection.pk}/", {"profile": team.pk})

    key.refresh_from_db()
    connection.refresh_from_db()
    assert key.profile == connection.profile == team


@pytest.mark.parametrize(
    "path", ["team/edit/", "{}/rename/", "{}/default/", "{}/delete/", "team/file/"]
)
def test_the_profile_of_another_is_not_there(alice, stranger, client_of, team, path):
    other, url = client_of(stranger), PAGE + path.format(team.pk)

    answer = other.get(url) if path == "team/file/" else other.post(url, {"name": "mine"})

    assert answer.status_code == 404
    team.refresh_from_db()
    assert team.name == "team"


def test_what_is_exported_is_imported_as_it_was(
    alice, stranger, client_of, alice_client, add, save
):
    team = create_profile(alice, "team")
    save(alice, SEARCH, profile=team)
    add(alice, "acme/one", team)
    choose_space_tools(alice, "acme/one", ["draw"])

    file = alice_client.get(f"{PAGE}team/file/").content
    upload(client_of(stranger), file)

    here, there = load_profile(alice.pk, "team"), load_profile(stranger.pk, "team")
    assert there.tools == here.tools == {SEARCH}
    assert [(s.space_id, s.tools) for s in there.spaces] == [("acme/one", {"draw"})]


def test_an_import_keeps_the_names_that_are_there(alice, alice_client, team):
    upload(alice_client, b'{"name": "team", "tools": ["hf_fs", "of_another_server"]}')

    assert load_profile(alice.pk, "team-2").tools == {FILES}


def test_an_import_loosens_nothing(alice, alice_client):
    file = {"name": "lax", "approvals": {"delete": "allow", "spend": "never"}}
    upload(alice_client, json.dumps(file).encode())

    saved = load_profile(alice.pk, "lax")
    assert saved.approvals.as_words() == {"delete": "ask", "publish": "ask", "spend": "never"}
    assert not saved.urls_may_write


def test_an_import_does_not_do_what_its_person_never_wants(alice, alice_client, add):
    alice_client.post("/settings/approvals/", {"approve_delete": "never"})
    add(alice, "acme/one")
    mark_space(alice, "acme/one", asks_first=True)

    upload(alice_client, b'\xef\xbb\xbf{"name": "mine", "spaces": [{"id": "acme/one"}]}')

    saved = load_profile(alice.pk, "mine")
    assert saved.approvals.as_words()["delete"] == "never"
    assert saved.asks_before("acme/one")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"\xff\xfe",
        b'{"version": 2}',
        b'{"version": true}',
        b'{"format": "other"}',
        b'{"urls_may_write": true}',
        b'{"tools": "hf_fs"}',
        b'{"spaces": [{"id": "../../x"}]}',
        b'{"spaces": [{"id": "a/b"}, {"id": "A/B"}]}',
        b'{"spaces": [{"id": "a/b", "tools": ["x\\u0000"]}]}',
        b'{"spaces": [{"id": "a/b", "tools": ["\\u202ex"]}]}',
        b'{"spaces": [{"id": "a/b\\n"}]}',
        b'{"tools": [' + b"[" * 5000 + b"]" * 5000 + b"]}",
        b'{"name": "' + b"a" * 300_000 + b'"}',
        json.dumps({"spaces": [{"id": f"a/{n}"} for n in range(51)]}).encode(),
    ],
)
def test_what_is_no_profile_is_refused_and_leaves_nothing(alice, alice_client, data):
    answer = upload(alice_client, data)

    assert answer.status_code == 422
    assert not Profile.objects.exists()


def test_what_turns_text_round_is_not_quoted_from_a_file(alice_client):
    answer = text_of(upload(alice_client, b'{"\\u202efdp.exe\\u0000": 1}'))

    assert "This is no profile" in answer
    assert "\u202e" not in answer and "\0" not in answer


def test_too_many_spaces_are_refused_and_leave_nothing(alice, alice_client, settings):
    settings.MCP_MAX_SPACES = 2
    file = {"spaces": [{"id": f"a/{n}"} for n in range(3)]}

    answer = upload(alice_client, json.dumps(file).encode())

    assert answer.status_code == 422
    assert not Profile.objects.exists()


def test_a_private_space_and_what_it_was_given_is_in_no_file_and_link(alice, alice_client, add):
    row = add(alice, "acme/public")
    alice.spaces.create(space_id="acme/hidden", slot=row.slot + 10, is_private=True)

    assert b"acme/hidden" not in alice_client.get(f"{PAGE}default/file/").content
    assert b"acme/hidden" not in alice_client.get(PAGE).content


LINK = "/profiles/add/?name=team&tools=hf_fs,hf_fs_write&spaces=acme/one"


def test_a_link_asks_before_it_adds(alice, alice_client):
    page = text_of(alice_client.get(LINK))

    assert "acme/one" in page and "hf_fs_write" in page and "changes or spends" in page
    assert not Profile.objects.exists()

    alice_client.post("/profiles/add/", {"link": LINK.partition("?")[2], "name": "mine"})

    added = load_profile(alice.pk, "mine")
    assert added.tools == {FILES, "hf_fs_write"}
    assert [space.space_id for space in added.spaces] == ["acme/one"]


def test_a_link_leads_through_the_sign_in(client):
    answer = client.get(LINK, headers={"host": "localhost:8000"})

    assert answer.status_code == 302
    assert "next=/profiles/add/" in answer.url
    assert "Somebody made a link" in text_of(client.get(answer.url))


@pytest.mark.parametrize("query", ["", "tools=<b>", "spaces=https://evil.example/x", "tools=,"])
def test_a_link_that_names_nothing_is_refused(alice_client, query):
    answer = alice_client.get(f"/profiles/add/?{query}")

    assert answer.status_code == 422
    assert b"<b>" not in answer.content


def test_the_link_of_a_profile_opens(alice, stranger, alice_client, client_of, save, add):
    save(alice, SEARCH)
    add(alice, "acme/one")
    from accounts.profiles.sharing import share_path

    link = share_path(alice, Profile(user=alice, name="default", is_default=True))

    assert b"acme/one" in client_of(stranger).get(link).content
