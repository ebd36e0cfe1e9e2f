"""Headers, names and times of a Space's tools, as people set them and assistants have them then."""

import json
import logging
import re

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.preferences import load_preferences
from accounts.space_models import SpaceHeader
from accounts.space_selection import remove_space
from mcpendpoint.gradio.listings import saved_choice
from mcpendpoint.gradio.spaces import call_space_tool, list_space_tools
from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.pages.test_space_trust import tell
from tests.mcpendpoint.pages.test_space_views import HTMX, MAKER, browser, keep, said_after, status

__all__ = ["browser", "tell"]

pytestmark = pytest.mark.usefixtures("standins")

WEATHER = "acme/weather"
KEY = "x-weather-key"
SECRET = "sk-very-secret"


def saved(user):
    (space,) = load_preferences(user.pk).spaces
    return space


def listing_of(user):
    space = saved(user)
    (listing,) = async_to_sync(list_space_tools)([saved_choice(space, space.prefix)], None)
    return listing


def tool_of(user, own_name):
    tools = [*listing_of(user).tools, *listing_of(user).lacking]
    return next(tool for tool in tools if tool.own_name == own_name)


def call(user, own_name, arguments):
    result = async_to_sync(call_space_tool)(
        tool_of(user, own_name),
        arguments,
        token=None,
        user_id=user.pk,
        include_images=False,
        report_progress=None,
    )
    return result.content[0].text


def give(browser, value=SECRET, *, name=KEY, space_id=WEATHER, **more):
    form = {"space_id": space_id, "name": [name], "value": [value], **more}
    return browser.post(reverse("spaces:headers"), form)


def name(browser, tools, **more):
    """Save words of tools: `{own name: (name, description)}`."""
    names, descriptions = zip(*tools.values(), strict=True)
    form = {"space_id": MAKER, "tool": [*tools], "name": names, "description": descriptions}
    return browser.post(reverse("spaces:words"), form, **more)


def test_tool_that_needs_a_header_is_offered_once_it_was_given(browser, alice):
    keep(alice, WEATHER)
    before = listing_of(alice)
    seen = status(browser, WEATHER)

    said = said_after(give(browser), browser, WEATHER)

    assert "ask_weather" in [tool.own_name for tool in before.lacking]
    assert "The tool “ask_weather” needs the header x-weather-key" in before.problem
    assert "on the settings page" in before.problem
    assert "It can be entered" not in seen
    assert "needs the header x-weather-key" in seen
    assert said == [f"The headers for {WEATHER} were saved. They go to this Space only."]
    assert not listing_of(alice).lacking
    assert call(alice, "ask_weather", {"city": "Paris"}) == f"Sunny in Paris, by {SECRET}"


def test_header_is_stored_encrypted_and_shown_nowhere(browser, alice, caplog):
    keep(alice, WEATHER)

    with caplog.at_level(logging.DEBUG):
        give(browser)
        page = status(browser, WEATHER)
        call(alice, "ask_weather", {"city": "Paris"})

    assert SpaceHeader.objects.get().value == SECRET
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_spaceheader")
        assert SECRET not in str(cursor.fetchall())
    assert SECRET not in page
    assert KEY in page
    assert SECRET not in caplog.text
    assert not [event for event in AuditEvent.objects.all() if SECRET in json.dumps(event.detail)]


def test_header_goes_with_the_space_when_it_is_removed(browser, alice):
    keep(alice, WEATHER)
    give(browser)

    remove_space(alice, WEATHER)

    assert not SpaceHeader.objects.exists()
    keep(alice, WEATHER)
    assert listing_of(alice).lacking


def test_header_can_be_changed_and_forgotten(browser, alice):
    keep(alice, WEATHER)
    give(browser)
    give(browser, "another")
    changed = call(alice, "ask_weather", {"city": "Rome"})

    give(browser, "", forget=[KEY])

    assert changed == "Sunny in Rome, by another"
    assert not SpaceHeader.objects.exists()
    assert listing_of(alice).lacking


def test_header_of_one_person_is_nothing_for_another(browser, alice, db):
    keep(alice, WEATHER)
    give(browser)
    bob = User.objects.create(username="bob", hf_id="b0b")
    keep(bob, WEATHER)

    with pytest.raises(ToolError, match="needs the header x-weather-key"):
        call(bob, "ask_weather", {"city": "Paris"})


def test_header_is_not_sent_to_another_space_of_the_same_name(browser, alice):
    keep(alice, WEATHER)
    give(browser)
    SpaceHeader.objects.update(hub_id="of-the-space-before")

    with pytest.raises(ToolError, match="is not the one that the header x-weather-key was given"):
        call(alice, "ask_weather", {"city": "Paris"})


@pytest.mark.parametrize(
    ("name_given", "value", "said"),
    [
        (KEY, "two\r\nlines: x", "holds characters that a header cannot have"),
        (KEY, "ключ", "holds characters that a header cannot have"),
        (KEY, "x" * 4_001, "is longer than 4,000 characters"),
        ("authorization", "Bearer x", "does not ask for the header authorization"),
    ],
)
def test_header_that_cannot_be_sent_or_is_not_asked_for_is_refused(
    browser, alice, name_given, value, said
):
    keep(alice, WEATHER)

    (told,) = said_after(give(browser, value, name=name_given), browser, WEATHER)

    assert said in told
    assert not SpaceHeader.objects.exists()


def test_header_for_a_space_that_is_not_theirs_is_refused(browser, alice):
    assert said_after(give(browser), browser, WEATHER) == ["You have no such Space."]


def test_tool_has_the_name_and_description_that_its_person_gave_it(browser, alice):
    keep(alice, MAKER)

    page = name(browser, {"greet": ("say_hello", "Greets whoever you name.")}, headers=HTMX).content

    tool = tool_of(alice, "greet")
    assert tool.name == "gr1_say_hello"
    assert tool.description == f"Greets whoever you name. (from the Hugging Face Space {MAKER})"
    assert tool.title == f"{MAKER}: say_hello"
    assert call(alice, "greet", {"name": "Ada"}) == "Hello, Ada."
    assert b"say_hello" in page


def test_own_name_comes_back_when_the_field_is_emptied(browser, alice):
    keep(alice, MAKER)
    name(browser, {"greet": ("say_hello", "")})

    name(browser, {"greet": ("", "")})

    assert tool_of(alice, "greet").name == "gr1_greet"
    assert saved(alice).tool_words == ()


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ({"greet": ("fail", "")}, "Two tools would be called gr1_fail."),
        ({"greet": ("say hello", "")}, "is no name of a tool"),
        ({"greet": ("x" * 46, "")}, "is too long: 45 characters fit."),
        ({"greet": ("", "x" * 1_001)}, "A description takes 1,000 characters at most."),
    ],
)
def test_name_that_cannot_be_is_refused(browser, alice, tools, said):
    keep(alice, MAKER)

    answers = [name(browser, tools, headers=headers) for headers in (HTMX, {})]

    assert saved(alice).tool_words == ()
    for answer in answers:
        page = answer.content.decode()
        assert answer.status_code == 422
        assert said in re.search(r'role="alert">([^<]+)<', page)[1]
        assert 'aria-invalid="true"' in page
        assert all(f'value="{called}"' in page for called, _ in tools.values() if called)


def test_name_that_a_person_gave_is_not_for_a_tool_of_the_space_to_take(browser, alice, tell):
    keep(alice, MAKER)
    name(browser, {"greet": ("hello", "")})
    greet = {tool.own_name: tool for tool in listing_of(alice).tools}["greet"]

    tell({"name": "hello", "description": "", "inputSchema": greet.input_schema}, greet={})

    assert tool_of(alice, "greet").name == "gr1_hello"
    assert "The tool “hello” was left out: its name is another's." in listing_of(alice).problem


def test_names_can_be_swapped(browser, alice):
    keep(alice, MAKER)

    name(browser, {"greet": ("fail", ""), "fail": ("greet", "")})

    assert tool_of(alice, "greet").name == "gr1_fail"
    assert call(alice, "greet", {"name": "Ada"}) == "Hello, Ada."


def test_description_that_a_person_wrote_cannot_hide_characters(browser, alice):
    keep(alice, MAKER)

    name(browser, {"greet": ("", "Greets\u202e you\U000e0041.")})

    assert tool_of(alice, "greet").description.startswith("Greets you. (from")


def test_time_within_which_a_call_answers_is_saved(browser, alice):
    keep(alice, MAKER)
    url = reverse("spaces:answers-within")

    browser.post(url, {"space_id": MAKER, "seconds": "50"})
    chosen = saved(alice).answers_within
    refused = browser.post(url, {"space_id": MAKER, "seconds": "7"})
    browser.post(url, {"space_id": MAKER, "seconds": ""})

    assert chosen == 50
    assert said_after(refused, browser, MAKER)[-1] == "Choose one of the times."
    assert saved(alice).answers_within is None
