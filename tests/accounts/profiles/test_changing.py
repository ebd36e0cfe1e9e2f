"""What people do with their profiles, and what each selects then."""

import pytest

from accounts.access_keys import create_access_key
from accounts.audit_models import AuditEvent
from accounts.consequences import ApprovalChoices, Choice
from accounts.groups.reading import approvals_of
from accounts.people import remove
from accounts.pins import pinned_parts
from accounts.preferences import load_preferences, load_profile, save_approvals, save_tools
from accounts.profile_models import Profile, ProfileSpace
from accounts.profiles.changing import (
    MAX_PROFILES,
    NoSuchProfile,
    ProfileProblem,
    bind_key,
    copy_default,
    create_profile,
    delete_profile,
    make_default,
    own_profiles,
    rename_profile,
)
from accounts.space_headers import give_headers, header_values
from accounts.space_models import SelectedSpace
from accounts.space_selection import choose_space_tools, mark_space, remove_space
from tests.accounts.profiles.conftest import FILES, SEARCH

pytestmark = pytest.mark.django_db


def spaces_in(user, name):
    return [space.space_id for space in load_profile(user.pk, name).spaces]


def test_who_has_one_selection_has_no_row_of_a_profile(alice, save, add):
    save(alice, SEARCH)
    add(alice, "acme/one")

    assert own_profiles(alice) == []
    assert load_profile(alice.pk, "default") is None


def test_the_first_further_profile_gives_the_selection_before_a_name(alice, save):
    save(alice, SEARCH)

    create_profile(alice, "team")

    assert [(p.name, p.is_default) for p in own_profiles(alice)] == [
        ("default", True),
        ("team", False),
    ]
    assert load_profile(alice.pk, "default") == load_preferences(alice.pk)
    assert load_profile(alice.pk, "team").tools is None


def test_each_profile_has_tools_and_spaces_of_its_own(alice, team, save, add):
    save(alice, SEARCH)
    save(alice, FILES, profile=team)
    add(alice, "acme/one")
    add(alice, "acme/two", team)

    assert load_preferences(alice.pk).tools == {SEARCH}
    assert load_profile(alice.pk, "team").tools == {FILES}
    assert [s.space_id for s in load_preferences(alice.pk).spaces if not s.was_default] == [
        "acme/one"
    ]
    assert spaces_in(alice, "team") == ["acme/two"]


def test_a_space_has_one_slot_and_apart_in_each_profile_what_is_ticked(alice, team, add):
    here, there = add(alice, "acme/one"), add(alice, "acme/one", team)
    alice.edited_profile = team
    choose_space_tools(alice, "acme/one", ["draw"])
    mark_space(alice, "acme/one", asks_first=True)

    assert here.slot == there.slot
    (in_team,) = load_profile(alice.pk, "team").spaces
    assert (in_team.tools, in_team.asks_first) == ({"draw"}, True)
    in_default = next(s for s in load_preferences(alice.pk).spaces if s.space_id == "acme/one")
    assert (in_default.tools, in_default.asks_first) == (None, False)


def test_a_space_of_another_profile_is_not_changed_in_this_one(alice, team, add):
    add(alice, "acme/one", team)
    alice.edited_profile = None

    assert not mark_space(alice, "acme/one", asks_first=True)
    remove_space(alice, "acme/one")

    assert spaces_in(alice, "team") == ["acme/one"]


def test_what_a_space_was_given_is_kept_until_no_profile_has_it(alice, team, add):
    add(alice, "acme/one")
    add(alice, "acme/one", team)
    give_headers(alice, "acme/one", {"x-key": "secret"}, (), hub_id="1")

    alice.edited_profile = None
    remove_space(alice, "acme/one")
    assert header_values(alice.pk, "acme/one")

    alice.edited_profile = team
    remove_space(alice, "acme/one")
    assert not header_values(alice.pk, "acme/one")
    assert not SelectedSpace.objects.get(space_id="acme/one").is_active
    assert pinned_parts(alice, "acme/one").parts == {}


def test_a_copy_has_all_that_its_source_selects(alice, save, add):
    save(alice, SEARCH)
    add(alice, "acme/one")
    choose_space_tools(alice, "acme/one", ["draw"])

    copy = copy_default(alice, "team")
    again = create_profile(alice, "again", copy.pk)

    expected = load_preferences(alice.pk)
    assert load_profile(alice.pk, copy.name) == expected
    assert load_profile(alice.pk, again.name) == expected


def test_another_default_exchanges_the_two_and_changes_neither(alice, team, save, add):
    save(alice, SEARCH)
    add(alice, "acme/one")
    save(alice, FILES, profile=team)
    add(alice, "acme/one", team)
    choose_space_tools(alice, "acme/one", ["draw"])
    add(alice, "acme/two", team)
    before = {name: load_profile(alice.pk, name) for name in ("default", "team")}

    make_default(alice, team.pk)

    assert {name: load_profile(alice.pk, name) for name in before} == before
    assert load_preferences(alice.pk) == before["team"]
    make_default(alice, Profile.objects.get(name="default").pk)
    assert load_preferences(alice.pk) == before["default"]


def test_a_default_without_chosen_tools_has_the_defaults_again(alice, team, save):
    save(alice, SEARCH)

    make_default(alice, team.pk)

    assert load_preferences(alice.pk).tools is None
    assert load_profile(alice.pk, "default").tools == {SEARCH}


@pytest.mark.parametrize(
    "name", ["", "Team", "a_b", "-a", "a-", "a" * 41, "mcp", "sse", "../x", "ä", "a b", "team\n"]
)
def test_a_name_has_to_fit_an_address(alice, name):
    with pytest.raises(ProfileProblem):
        create_profile(alice, name)

    assert own_profiles(alice) == []


def test_names_are_unique_for_a_person_alone(alice, stranger, team):
    with pytest.raises(ProfileProblem, match="already"):
        create_profile(alice, "team")
    with pytest.raises(ProfileProblem, match="already"):
        rename_profile(alice, team.pk, "default")

    assert create_profile(stranger, "team")


def test_there_is_a_limit(alice):
    for number in range(MAX_PROFILES - 1):
        create_profile(alice, f"number-{number}")

    with pytest.raises(ProfileProblem, match="Delete one first"):
        create_profile(alice, "one-more")


def test_nothing_can_be_done_with_a_profile_of_somebody_else(alice, stranger, team):
    for change in (
        lambda: rename_profile(stranger, team.pk, "mine"),
        lambda: delete_profile(stranger, team.pk),
        lambda: make_default(stranger, team.pk),
        lambda: create_profile(stranger, "mine", team.pk),
        lambda: bind_key(stranger, create_access_key(stranger, "Key")[0].pk, team.pk),
    ):
        with pytest.raises(NoSuchProfile):
            change()

    assert load_profile(stranger.pk, "team") is None
    assert not Profile.objects.filter(user=stranger).exists()


def test_a_key_of_somebody_else_is_not_bound(alice, stranger, team):
    key, _ = create_access_key(stranger, "Key")

    assert not bind_key(alice, key.pk, team.pk)

    key.refresh_from_db()
    assert key.profile is None


def test_the_default_profile_and_one_that_a_key_is_bound_to_stay(alice, team):
    with pytest.raises(ProfileProblem, match="main"):
        delete_profile(alice, Profile.objects.get(is_default=True).pk)
    key, _ = create_access_key(alice, "Key")
    bind_key(alice, key.pk, team.pk)
    with pytest.raises(ProfileProblem, match="open only"):
        delete_profile(alice, team.pk)

    bind_key(alice, key.pk, None)
    delete_profile(alice, team.pk)

    assert load_profile(alice.pk, "team") is None


def test_a_deleted_profile_lets_go_of_its_spaces(alice, team, add):
    add(alice, "acme/one", team)

    delete_profile(alice, team.pk)

    assert not SelectedSpace.objects.get(space_id="acme/one").is_active


def test_who_is_removed_leaves_no_profile(alice, team, add):
    add(alice, "acme/one", team)
    bind_key(alice, create_access_key(alice, "Key")[0].pk, team.pk)

    remove(alice)

    assert not Profile.objects.exists()
    assert not ProfileSpace.objects.exists()


def test_changes_of_profiles_are_in_the_log(alice, team):
    rename_profile(alice, team.pk, "office")

    event = AuditEvent.objects.filter(action="profile_changed").latest("pk")
    assert event.detail == {"profile": "office", "did": "renamed", "before": "team"}


def test_what_one_profile_never_does_may_be_approved_for_another(alice, team):
    save_tools(alice, [SEARCH], True)
    save_approvals(alice, ApprovalChoices(delete=Choice.NEVER))

    assert approvals_of(alice).delete == Choice.ASK

    alice.edited_profile = team
    save_tools(alice, [SEARCH], True)
    save_approvals(alice, ApprovalChoices(delete=Choice.NEVER))
    assert approvals_of(alice).delete == Choice.NEVER
