"""Tools that nobody has looked at, where what this process knows of a person is old."""

from dataclasses import replace

import pytest

from accounts.models import User
from accounts.space_selection import add_space
from mcpendpoint.access.selection import Selection
from mcpendpoint.access.who import Caller, Credential
from mcpendpoint.gradio.agreeing import see_listing
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool
from mcpendpoint.gradio.trust import Agreement
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.unasked import agree_unasked

pytestmark = pytest.mark.django_db(transaction=True)

SPACE = "acme/one"
OLD = SpaceChoice(SPACE, "gr1_", False, None, Agreement())
NOTHING = {"description": "", "parameters": {}, "required": [], "rest": ""}


def listing(pin):
    tool = SpaceTool("gr1_a", SPACE, False, "a", "a", "", "", {}, {}, pin=pin, definition=NOTHING)
    return SpaceListing(OLD, (tool,), None, unseen=(tool,))


@pytest.fixture
def alice():
    user = User.objects.create_user("alice", hf_id="alice-id")
    add_space(user, SPACE, is_private=False, title="", emoji="")
    return user


async def selected(user, seen):
    """Return the pins by which a request lists that begins with those of before any were there."""
    caller = Caller(Credential.ACCESS_KEY, user.pk, "alice")
    context = RequestContext(caller, Selection((), (OLD,), True), None)
    await agree_unasked([seen], context)
    return context.selection.spaces[0].agreement.pins


async def test_who_comes_second_lists_by_what_was_agreed_to_first_each_time(alice):
    assert await selected(alice, listing("first")) == {"first"}
    second = listing("second")

    for _ in range(3):
        assert await selected(alice, second) == {"first"}


async def test_who_has_no_account_agrees_to_nothing(alice):
    context = RequestContext(Caller(Credential.ANONYMOUS), Selection((), (OLD,), True), None)

    assert not await agree_unasked([listing("first")], context)


def test_what_is_as_agreed_is_not_looked_for_in_the_database(alice, django_assert_num_queries):
    seen = listing("first")
    held = see_listing(alice.pk, seen)
    known = replace(seen, choice=held, unseen=())

    with django_assert_num_queries(0):
        assert see_listing(alice.pk, known) == held
