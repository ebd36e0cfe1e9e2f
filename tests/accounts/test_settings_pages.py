"""The pages of the settings and the list of them."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.access_keys import create_access_key
from accounts.approvals import ask
from accounts.authorization.scopes import Scope
from accounts.models import User
from accounts.pins import PinnedTools
from accounts.preferences import save_tools
from accounts.settings.pages import GROUPS
from accounts.space_models import SelectedSpace
from accounts.space_selection import add_space
from tests.accounts.test_approvals import SUBJECT

pytestmark = pytest.mark.django_db

PAGES = [page for _, pages in GROUPS for page in pages]
NAMES = [page.url_name for page in PAGES]


def line_of(page: str, label: str) -> str:
    """Return what the overview says of a page."""
    found = re.search(rf'overview-label">{label}.*?overview-says">(.*?)</span>', page, re.S)
    assert found
    return found[1]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_page_has_a_title_of_its_own_and_marks_itself_in_the_list(alice_client, page):
    url = reverse(page.url_name)

    shown = alice_client.get(url)

    title = re.search("<title>(.*)</title>", shown.text)
    assert shown.status_code == 200
    assert title and re.fullmatch(r"\w.* · Hugging Face MCP server", title[1])
    assert shown.text.count("<h1") == 1
    marked = re.findall(r'<a href="([^"]+)" aria-current="page">', list_in(shown.text))
    assert marked == [url]


def list_in(page: str) -> str:
    return page.partition('<nav class="settings-list"')[2].partition("</nav>")[0]


def test_no_two_pages_have_the_same_title(alice_client):
    pages = [alice_client.get(reverse(name)).text for name in NAMES]

    titles = {re.search("<title>(.*)</title>", page)[1] for page in pages}

    assert len(titles) == len(NAMES)


def test_the_overview_says_what_stands_on_each_page(alice, alice_client):
    save_tools(alice, ["hub_repo_search"], include_images=True)
    create_access_key(alice, "Laptop", scopes=[Scope.READ])
    add_space(alice, "acme/one", is_private=False, title="", emoji="")

    page = alice_client.get("/settings/").text

    assert line_of(page, "Tools") == "2 tools on"
    assert line_of(page, "Spaces") == "1 Space"
    assert line_of(page, "Apps and keys") == "1 key"
    assert line_of(page, "Permissions") == "A token that you pasted"
    assert line_of(page, "Account") == f"{alice.username} on Hugging Face"


def test_what_waits_is_counted_on_every_page_for_its_person_alone(
    alice, stranger, alice_client, client_of
):
    for digest in "ab":
        ask(alice.pk, replace(SUBJECT, digest=digest * 64))
    change_a_tool(alice)

    for path in ("/settings/", "/settings/account/", "/settings/activity/"):
        assert badges(alice_client.get(path).text) == {"approvals": "2", "spaces": "1"}
    overview = alice_client.get("/settings/").text
    assert line_of(overview, "Approvals") == "2 calls wait for you"
    assert line_of(overview, "Spaces") == "1 Space, 1 waits for you"
    assert badges(client_of(stranger).get("/settings/").text) == {}


def change_a_tool(user: User) -> None:
    add_space(user, "acme/one", is_private=False, title="", emoji="")
    space = SelectedSpace.objects.get(user=user)
    PinnedTools.objects.create(space=space, waiting=["draw"], pinned_at=timezone.now())


def badges(page: str) -> dict[str, str]:
    found = r'<span id="waiting-(\w+)"[^>]*> <span class="badge warn">(\d+)'
    return dict(re.findall(found, list_in(page)))


def test_a_decision_by_htmx_counts_what_still_waits_anew(alice, alice_client):
    rows = [ask(alice.pk, replace(SUBJECT, digest=digest * 64)) for digest in "ab"]
    form = {"decision": "refuse", "from": "settings"}

    answer = alice_client.post(
        reverse("accounts:approval", args=[rows[0].pk]), form, headers={"HX-Request": "true"}
    ).text

    assert re.search(r'id="waiting-approvals" hx-swap-oob="true"> <span[^>]*>1<', answer)


@pytest.mark.parametrize(
    ("anchor", "url"),
    [
        *(("tools", "/settings/tools/"), ("spaces", "/settings/spaces/")),
        *(("apps", "/settings/apps/"), ("keys", "/settings/apps/")),
        *(("approvals", "/settings/approvals/"), ("approval-choices", "/settings/approvals/")),
        *(("hugging-face", "/settings/permissions/"), ("webhook", "/settings/webhook/")),
        ("account", "/settings/account/"),
    ],
)
def test_old_links_to_a_part_of_the_settings_end_at_the_way_to_its_page(alice_client, anchor, url):
    page = alice_client.get("/settings/").text

    assert re.search(rf'id="{anchor}">(?:<span id="[\w-]+"></span>|</span>)*<a href="{url}"', page)


def test_the_address_of_the_keys_leads_to_their_page(alice_client):
    assert alice_client.get("/settings/keys/").headers["location"] == "/settings/apps/#keys"


def test_who_is_signed_in_stands_in_the_menu_of_every_page(alice, alice_client):
    for path in ("/", "/settings/tools/", "/files/"):
        menu = alice_client.get(path).text.partition('class="person-menu"')[2]
        menu = menu.partition("</details>")[0]
        assert alice.username in menu
        for url in ("/", "/settings/", "/files/"):
            assert f'<a href="{url}"' in menu
        assert "/dashboard/" not in menu


def test_the_picture_of_the_person_stands_in_the_menu_if_there_is_one(alice, alice_client):
    assert '<span class="avatar" aria-hidden="true">a</span>' in alice_client.get("/").text

    User.objects.update(avatar_url="https://huggingface.co/avatars/alice.svg")

    page = alice_client.get("/").text
    assert 'src="https://huggingface.co/avatars/alice.svg" alt="" width="32"' in page


def test_every_page_ends_with_help_and_the_version(client, alice_client):
    from mcpendpoint import __version__

    for page in (client.get("/").text, alice_client.get("/settings/").text):
        footer = page.partition("<footer")[2]
        assert 'href="/connect/"' in footer
        assert __version__ in footer
