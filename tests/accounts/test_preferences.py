"""What users save, and who hears of it."""

import pytest

from accounts.models import User
from accounts.preferences import find_user, forget_tools, load_preferences, save_tools
from accounts.space_models import SelectedSpace
from accounts.space_prefixes import url_space_prefix
from accounts.space_selection import TooManySpaces, add_space, remove_space

pytestmark = pytest.mark.django_db


def add(user: User, space_id: str, **changes: object):
    details = {"is_private": False, "title": "A Space", "emoji": "🚀"} | changes
    return add_space(user, space_id, **details)


def slots(user: User) -> dict[str, int]:
    return {space.space_id: space.slot for space in load_preferences(user.pk).spaces}


def test_a_user_who_never_chose_has_no_selection(alice):
    preferences = load_preferences(alice.pk)

    assert preferences.tools is None
    assert preferences.spaces == ()
    assert preferences.include_images is True


def test_a_space_keeps_its_slot_for_life(alice):
    add(alice, "acme/one")
    add(alice, "acme/two")
    remove_space(alice, "acme/one")
    add(alice, "acme/three")
    add(alice, "acme/one")

    assert slots(alice) == {"acme/one": 1, "acme/two": 2, "acme/three": 3}


def test_a_space_that_is_added_again_is_described_anew(alice):
    add(alice, "acme/one")

    saved = add(alice, "acme/one", is_private=True, title="T" * 300, emoji="👩‍👩‍👧‍👦" * 5)

    assert saved.is_private
    assert len(saved.title) == 200
    assert SelectedSpace.objects.count() == 1


def test_there_is_a_limit_to_selected_spaces(alice, settings):
    settings.MCP_MAX_SPACES = 2
    add(alice, "acme/one")
    add(alice, "acme/two")

    with pytest.raises(TooManySpaces, match="at most 2"):
        add(alice, "acme/three")
    add(alice, "acme/two")

    remove_space(alice, "acme/one")
    add(alice, "acme/three")
    assert slots(alice) == {"acme/two": 2, "acme/three": 3}


def test_removing_a_space_of_somebody_else_does_nothing(alice, stranger):
    add(stranger, "acme/one")

    remove_space(alice, "acme/one")

    assert slots(stranger) == {"acme/one": 1}


def test_unknown_tools_are_not_saved(alice):
    with pytest.raises(ValueError, match="nonsense"):
        save_tools(alice, ["hf_whoami", "nonsense"], True)

    assert load_preferences(alice.pk).tools is None


@pytest.mark.parametrize(
    "action",
    [
        lambda user: save_tools(user, ["hf_whoami"], True),
        lambda user: forget_tools(user),
        lambda user: add(user, "acme/one"),
        lambda user: remove_space(user, "acme/one"),
    ],
    ids=["save_tools", "forget_tools", "add_space", "remove_space"],
)
def test_every_change_is_announced_once_it_can_be_read(alice, changed, action):
    assert changed(lambda: action(alice)) == [alice.pk]


def test_a_person_is_found_by_their_hugging_face_id_and_whether_they_may_come_in(alice):
    found = find_user(alice.hf_id)
    User.objects.update(is_active=False)
    locked_out = find_user(alice.hf_id)

    assert (found.user_id, found.is_active) == (alice.pk, True)
    assert (locked_out.user_id, locked_out.is_active) == (alice.pk, False)
    assert find_user("nobody") is None


def test_default_spaces_keep_the_names_of_their_tools_when_they_become_the_users(alice, settings):
    settings.DEFAULT_SPACES = ["acme/default"]

    add(alice, "acme/one")
    remove_space(alice, "acme/default")
    add(alice, "acme/default")

    prefixes = {space.space_id: space.prefix for space in load_preferences(alice.pk).spaces}
    assert prefixes == {"acme/default": url_space_prefix("acme/default"), "acme/one": "gr2_"}
