"""What becomes of how a Space was chosen once it is removed, and added again."""

from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.pins import Rules, SeenPart, pinned_parts, see_parts, waiting_spaces
from accounts.preferences import SavedSpace, load_preferences
from accounts.space_changes import TakeOver
from accounts.space_headers import give_headers, header_values
from accounts.space_models import PinnedTools, SelectedSpace, SpaceHeader
from accounts.space_selection import (
    UNDO_WITHIN,
    add_space,
    change_space,
    choose_space_tools,
    forget_removed,
    mark_space,
    remove_space,
)
from accounts.tool_words import ToolWords, stored_words

SPACE = "acme/one"
RULES = Rules(is_growth=lambda before, after: False, holds_suspicious=False)


def add(user):
    add_space(user, SPACE, is_private=False, title="", emoji="")
    (space,) = load_preferences(user.pk).spaces
    return space


def see(user, *pins):
    see_parts(user.pk, SPACE, [SeenPart(f"tool{n}", pin, {}) for n, pin in enumerate(pins)], RULES)


@pytest.fixture
def alice(db):
    user = User.objects.create_user("alice", hf_id="alice-id")
    choose(user)
    return user


def choose(user):
    add(user)
    see(user, "a1", "b1")
    choose_space_tools(user, SPACE, ["tool0"])
    mark_space(user, SPACE, asks_first=True)
    words = stored_words([ToolWords("tool0", "draw")])
    parts = {"offers_prompts": True, "offers_resources": True}
    change_space(user, SPACE, {}, tool_words=words, answers_within=30, **parts)
    change_space(user, SPACE, {}, takes_over=TakeOver.GROWTH)
    give_headers(user, SPACE, {"x-key": "sesame"}, [], hub_id="1")


def pass_time(by=UNDO_WITHIN):
    SelectedSpace.objects.update(removed_at=timezone.now() - by)


def test_secrets_of_a_space_go_with_it(alice):
    remove_space(alice, SPACE)

    assert not SpaceHeader.objects.exists()
    assert add(alice).header_names == frozenset()
    assert header_values(alice.pk, SPACE) == {}


def test_a_space_that_is_added_again_at_once_is_as_it_was(alice):
    see(alice, "a2", "b1")  # something waits
    before = load_preferences(alice.pk).spaces[0]
    remove_space(alice, SPACE)
    assert waiting_spaces(alice) == frozenset()

    again = add(alice)

    assert again == replace(before, header_names=frozenset())
    assert waiting_spaces(alice) == {SPACE}
    assert pinned_parts(alice, SPACE).parts == {"tool0": {}, "tool1": {}}


@pytest.mark.parametrize("is_tidied", [False, True])
def test_a_space_that_is_added_anew_later_begins_anew(alice, is_tidied):
    remove_space(alice, SPACE)
    pass_time()
    if is_tidied:
        assert forget_removed(timezone.now()) == 1

    assert add(alice) == SavedSpace(SPACE, 1, is_private=False, title="", emoji="")
    assert not PinnedTools.objects.exists()


def test_what_was_chosen_of_a_removed_space_is_forgotten_once_that_cannot_be_undone(alice):
    remove_space(alice, SPACE)
    assert forget_removed(timezone.now()) == 0
    pass_time()

    assert forget_removed(timezone.now()) == 1
    assert forget_removed(timezone.now()) == 0

    row = SelectedSpace.objects.get()
    assert (row.is_active, row.slot, row.tools, row.pins) == (False, 1, None, None)
    assert not PinnedTools.objects.exists()


def test_a_space_that_was_removed_before_this_was_noted_begins_anew(alice):
    remove_space(alice, SPACE)
    SelectedSpace.objects.update(removed_at=None)

    assert add(alice).pins is None


def test_a_space_that_is_there_loses_nothing_to_tidying(alice):
    before = load_preferences(alice.pk)

    assert forget_removed(timezone.now() + UNDO_WITHIN * 2) == 0
    assert load_preferences(alice.pk) == before
