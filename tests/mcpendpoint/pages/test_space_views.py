"""The pages about Spaces, against the stand-in Hub and a real Gradio app."""

import json
import re

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import HubCredential, User
from accounts.preferences import load_preferences, preferences_changed
from accounts.space_selection import add_space
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.hub.memory import forget_answers
from tests import loopback

HTMX = {"HX-Request": "true"}
MAKER = "acme/image-maker"
EVIL = "<script>alert(1)</script>"


pytestmark = pytest.mark.usefixtures("standins")


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def search(browser, query, **more):
    return browser.get(reverse("spaces:search"), {"q": query}, **more).content.decode()


def status(browser, space_id, query=""):
    return browser.get(reverse("spaces:status", args=space_id.split("/")) + query).content.decode()


def add(browser, space_id, **more):
    return browser.post(reverse("spaces:add"), {"space_id": space_id}, **more)


def said_after(response, browser, space_id=""):
    """What is told on the page that a form leads back to: the Space's own, or the settings."""
    is_of_space = is_space_id(space_id)
    own = reverse("spaces:status", args=space_id.split("/")) if is_of_space else ""
    assert response.status_code == 302
    assert response.url == (own or reverse("accounts:spaces"))
    return [str(message) for message in response.wsgi_request._messages]


def saved_ids(user):
    return [space.space_id for space in load_preferences(user.pk).spaces]


def keep(user, space_id, *, is_private=False):
    return add_space(user, space_id, is_private=is_private, title="", emoji="")


def test_search_shows_what_a_space_is_and_a_button_to_add_it(browser):
    page = search(browser, "image")

    assert MAKER in page
    assert "Running" in page
    assert "MCP" in page
    assert f'aria-label="Add {MAKER}"' in page


def test_search_finds_a_space_by_its_id(browser):
    assert MAKER in search(browser, MAKER)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://huggingface.co/spaces/acme/image-maker",
        "huggingface.co/spaces/acme/image-maker?logs=build",
        "https://acme-image-maker.hf.space/?__theme=dark",
        "acme-image-maker.hf.space",
    ],
)
def test_search_finds_a_space_by_its_page_and_by_its_app(browser, pasted):
    assert MAKER in search(browser, pasted)


def test_search_finds_the_users_private_spaces(browser):
    page = search(browser, "private-space")

    assert "alice/private-space" in page
    assert "Private" in page


def test_search_shows_what_was_added_already(browser, alice):
    keep(alice, MAKER)

    page = search(browser, MAKER)

    assert f'aria-label="Remove {MAKER}"' in page
    assert f'aria-label="Add {MAKER}"' not in page


def test_search_offers_no_button_for_a_space_that_has_no_tools(browser):
    page = search(browser, "acme/static")

    assert "Not a Gradio Space" in page
    assert 'aria-label="Add acme/static"' not in page


def test_search_that_finds_nothing_says_so(browser):
    assert "No Gradio Space was found" in search(browser, "zzz-no-such-thing-zzz/zzz")


def test_search_without_words_asks_for_some(browser):
    assert "Search for what you need" in search(browser, "  ")


def test_search_says_plainly_when_the_hub_is_down(browser, break_hub):
    break_hub(path="^/api/spaces", status=503)

    assert "Hugging Face could not answer" in search(browser, "image")


def test_search_escapes_what_people_and_the_hub_say(browser, break_hub):
    card = {"title": EVIL, "emoji": EVIL, "short_description": EVIL}
    found = {"id": "acme/evil", "sdk": "gradio", "tags": [EVIL], "cardData": card}
    found["runtime"] = {"stage": EVIL}
    break_hub(path="^/api/spaces", status=200, body=httpx.Response(200, json=[found]).text)

    page = search(browser, EVIL)

    assert "acme/evil" in page
    assert "<script>alert" not in page


def test_htmx_gets_a_fragment_and_others_a_page(browser):
    fragment = search(browser, "image", headers=HTMX)
    page = search(browser, "image")

    assert "<html" not in fragment
    assert "<html" in page
    assert MAKER in fragment


@pytest.mark.parametrize("name", ["spaces:search", "spaces:status"])
def test_pages_are_for_people_who_signed_in(client, db, name):
    url = reverse(name, args=["acme", "image-maker"] if name == "spaces:status" else [])

    assert client.get(url).url.startswith(reverse("accounts:sign-in"))
    assert (
        client.get(url, headers=HTMX).headers["HX-Redirect"].startswith(reverse("accounts:sign-in"))
    )


def test_adding_keeps_the_space_as_the_hub_describes_it(browser, alice):
    response = add(browser, "alice/private-space")

    assert said_after(response, browser) == ["alice/private-space was added."]
    [saved] = load_preferences(alice.pk).spaces
    assert (saved.space_id, saved.is_private) == ("alice/private-space", True)
    assert saved.title
    assert saved.emoji


def test_adding_with_htmx_turns_the_button_and_tells_the_page(browser, alice):
    response = add(browser, MAKER, headers=HTMX)

    assert f'aria-label="Remove {MAKER}"' in response.content.decode()
    assert "spaces-changed" in response.headers["HX-Trigger"]
    assert saved_ids(alice) == [MAKER]


@pytest.mark.parametrize(
    ("space_id", "reason"),
    [
        ("", "is not the id of a Space"),
        ("image-maker", "is not the id of a Space"),
        ("../../whoami-v2", "is not the id of a Space"),
        ("a/b/c", "is not the id of a Space"),
        ("nobody/nothing", "no Space nobody/nothing"),
        ("acme/static", "not a Gradio Space"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_cannot_be_added_is_refused_with_the_reason(browser, alice, space_id, reason, headers):
    response = add(browser, space_id, headers=headers)

    said = response.content.decode() if headers else said_after(response, browser)[0]
    assert reason in said
    assert saved_ids(alice) == []


def test_space_is_added_once(browser, alice):
    keep(alice, MAKER)

    assert said_after(add(browser, MAKER), browser) == [f"You have added {MAKER} already."]


def test_number_of_spaces_is_limited(browser, alice, settings):
    settings.MCP_MAX_SPACES = 1
    keep(alice, "acme/asleep")

    [said] = said_after(add(browser, MAKER), browser)

    assert "at most 1" in said
    assert saved_ids(alice) == ["acme/asleep"]


def test_private_space_of_another_cannot_be_added(browser, alice):
    HubCredential.objects.filter(user=alice).update(access_token="hf_bob")

    [said] = said_after(add(browser, "alice/private-space"), browser)

    assert "no Space alice/private-space" in said


def test_expired_connection_asks_for_a_new_sign_in(browser, alice):
    HubCredential.objects.filter(user=alice).update(needs_sign_in=True)

    [said] = said_after(add(browser, MAKER), browser)

    assert "Sign out and in again" in said


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_removing_takes_the_space_away(browser, alice, headers):
    keep(alice, MAKER)

    browser.post(reverse("spaces:remove"), {"space_id": MAKER}, headers=headers)

    assert saved_ids(alice) == []


@pytest.mark.parametrize("name", ["spaces:add", "spaces:remove", "spaces:tools"])
def test_changes_need_a_form_of_ours(alice, name):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)

    assert browser.get(reverse(name)).status_code == 405
    assert browser.post(reverse(name), {"space_id": MAKER}).status_code == 403


def test_status_lists_tools_by_the_names_that_assistants_see(browser, alice):
    saved = keep(alice, MAKER)

    page = status(browser, MAKER)

    assert f"gr{saved.slot}_greet" in page
    assert "Greet somebody." in page
    assert "Running" in page


def choose(browser, tools, offered, space_id=MAKER, **headers):
    form = {"space_id": space_id, "tools": tools, "offered": offered}
    return browser.post(reverse("spaces:tools"), form, headers=headers).content.decode()


def tools_of(user):
    (space,) = load_preferences(user.pk).spaces
    return space.tools


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_some_tools_of_a_space_are_chosen_on_its_page(browser, alice, headers):
    keep(alice, MAKER)
    offered = re.findall(r'name="offered" value="([^"]+)"', status(browser, MAKER))
    assert len(offered) > 2

    page = choose(browser, offered[:2], offered, **headers)

    assert tools_of(alice) == set(offered[:2])
    later = status(browser, MAKER)
    assert f"2 of {len(offered)} tools" in later
    assert later.count(" checked>") == 2
    if headers:
        assert f"2 of {len(offered)} tools of {MAKER} are offered." in page
        assert " open>" in page

    choose(browser, offered, offered, **headers)
    assert tools_of(alice) is None


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_cannot_be_chosen_is_refused_with_the_reason(browser, alice, headers):
    keep(alice, MAKER)
    for space_id, tools, reason in (
        (MAKER, [], "Tick at least one tool"),
        (MAKER, ["made-up"], "Tick at least one tool"),
        (MAKER, ["gre\0et"], "Tick at least one tool"),
        (MAKER, ["x" * 1_000], "Tick at least one tool"),
        ("nobody/nothing", ["greet"], "You have no such Space"),
        ("a\0b", ["greet"], "You have no such Space"),
    ):
        offered = ["greet", *(tools if tools != ["made-up"] else ())]
        page = choose(browser, tools, offered, space_id, **headers)
        assert reason in (page or browser.get("/settings/spaces/").content.decode())
    assert tools_of(alice) is None


def test_status_of_a_private_space(browser, alice):
    saved = keep(alice, "alice/private-space", is_private=True)

    assert f"grp{saved.slot}_greet" in status(browser, "alice/private-space")


def test_status_of_a_space_that_is_not_added_shows_its_own_names(browser):
    page = status(browser, MAKER)

    assert "<code>greet</code>" in page
    assert "gr1_" not in page


@pytest.mark.parametrize(
    ("space_id", "reason"),
    [
        ("acme/asleep", "is asleep"),
        ("acme/broken", "runtime error"),
        ("acme/static", "not a Gradio Space"),
        ("acme/bad-schema", "no_schema"),
        ("nobody/nothing", "does not exist"),
    ],
)
def test_status_says_why_there_are_no_tools(browser, space_id, reason):
    page = status(browser, space_id)

    assert reason in page
    assert "Look again" in page


def test_status_tells_of_a_space_that_is_called_by_gradios_own_api(browser):
    page = status(browser, "acme/demo")

    assert "<code>greet</code>" in page
    assert "through Gradio's own API" in page
    assert "own API" not in status(browser, MAKER)


def test_looking_again_asks_anew(browser, break_hub, hub):
    break_hub(path="^/api/spaces/acme/image-maker", status=404)
    assert "does not exist" in status(browser, MAKER)
    loopback.shared.delete(f"{hub.url}/_faults")
    forget_answers()

    assert "does not exist" in status(browser, MAKER)
    assert "<code>greet</code>" in status(browser, MAKER, "?again")


def space_json(**changes):
    known = {"id": MAKER, "sdk": "gradio", "subdomain": "acme-image-maker", "private": False}
    return json.dumps({**known, "runtime": {"stage": "RUNNING"}, **changes})


def test_status_of_a_space_that_was_paused_after_it_was_added(browser, alice, break_hub):
    keep(alice, MAKER)
    assert "greet" in status(browser, MAKER)
    body = space_json(runtime={"stage": "PAUSED"})
    break_hub(path="^/api/spaces/acme/image-maker", status=200, body=body)

    page = status(browser, MAKER, "?again")

    assert ">Paused</span>" in page
    assert "was paused by its owner" in page
    assert "greet" in page


def test_status_of_a_space_that_was_made_private_after_it_was_added(browser, alice, break_hub):
    keep(alice, MAKER)
    assert "Private" not in status(browser, MAKER)
    path = "^/api/spaces/acme/image-maker"
    break_hub(path=path, status=200, body=space_json(private=True), token="hf_alice")
    break_hub(path=path, status=404)
    forget_answers()

    page = status(browser, MAKER, "?again")
    assert ">Private now</span>" in page
    assert "greet" in page

    HubCredential.objects.update(access_token="hf_bob")
    preferences_changed.send(sender=User, user_id=alice.pk)
    page = status(browser, MAKER, "?again")
    assert "made private" in page
    assert "greet" not in page
    assert f"Remove {MAKER}" in browser.get(reverse("accounts:spaces")).text
