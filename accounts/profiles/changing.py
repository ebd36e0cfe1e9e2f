"""What people do with their profiles. Each change is one transaction, under the person's row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.dispatch import Signal

from accounts import audit
from accounts.audit import Action
from accounts.models import AccessKey, ToolSelection, User
from accounts.preferences import NEVER_CHOSE, PROFILE_DEFAULTS, announce
from accounts.profile_models import CHOSEN_OF_SPACE, MAX_NAME_LENGTH, Profile, ProfileSpace
from accounts.profiles.names import FIRST_NAME, RESERVED, is_profile_name
from accounts.space_models import SelectedSpace
from accounts.space_selection import choose_spaces, forget_unused

MAX_PROFILES = 20

name_given_up = Signal()
"""Sent with `user_id` and `name`, in the transaction in which a profile ends or gets another name:
what was let in at its address was not let into the next one that has the name."""


class ProfileProblem(Exception):
    """Why something cannot be done with a profile, for the person to read."""


class NoSuchProfile(ProfileProblem):
    def __init__(self) -> None:
        super().__init__("You have no such profile (any more).")


def own_profiles(user: User) -> list[Profile]:
    """Return them, the default one first; none where somebody never made a second one."""
    return list(Profile.objects.filter(user_id=user.pk))


def own_profile(user: User, profile_id: int) -> Profile:
    """Raises NoSuchProfile."""
    profile = Profile.objects.filter(user_id=user.pk, pk=profile_id).first()
    if profile is None:
        raise NoSuchProfile
    return profile


def profile_called(user: User, name: str) -> Profile:
    """Return one by its name; the only selection that somebody has is called FIRST_NAME.

    Raises NoSuchProfile.
    """
    own = own_profiles(user) or [Profile(user=user, name=FIRST_NAME, is_default=True)]
    found = next((profile for profile in own if profile.name == name), None)
    if found is None:
        raise NoSuchProfile
    return found


def create_profile(user: User, name: str, source_id: int | None = None) -> Profile:
    """Make one with the default tools and without Spaces; or as a copy of another.

    Raises ProfileProblem.
    """
    with changing(user, name, "copied" if source_id else "created"):
        check_name(user, name)
        name_the_first(user)
        if Profile.objects.filter(user_id=user.pk).count() >= MAX_PROFILES:
            raise ProfileProblem(f"You have {MAX_PROFILES} profiles. Delete one first.")
        profile = Profile.objects.create(user_id=user.pk, name=name)
        if source_id is not None:
            _copy(user, own_profile(user, source_id), profile)
    return profile


def copy_default(user: User, name: str) -> Profile:
    """Raises ProfileProblem."""
    with transaction.atomic():
        return create_profile(user, name, name_the_first(user).pk)


def rename_profile(user: User, profile_id: int, name: str) -> None:
    """Raises ProfileProblem."""
    with changing(user, name, "renamed") as detail:
        profile = own_profile(user, profile_id)
        if name != profile.name:
            check_name(user, name)
            detail["before"] = profile.name
            profile.name = name
            profile.save(update_fields=["name"])
            name_given_up.send(sender=Profile, user_id=user.pk, name=detail["before"])


def delete_profile(user: User, profile_id: int) -> None:
    """Raises ProfileProblem."""
    with changing(user, "", "deleted") as detail:
        profile = own_profile(user, profile_id)
        detail["profile"] = profile.name
        if profile.is_default:
            raise ProfileProblem("Make another profile the main one before you delete this.")
        if profile.access_keys.exists() or profile.apps.exists():
            # Neither opens another profile, and none is to come to open all of them.
            raise ProfileProblem(
                f"Access keys or apps open only the profile “{profile.name}”. Let them open "
                "another, or end them, before you delete it."
            )
        spaces = list(SelectedSpace.objects.filter(in_profiles__profile=profile))
        profile.delete()
        forget_unused(user.pk, spaces)
        name_given_up.send(sender=Profile, user_id=user.pk, name=profile.name)


def make_default(user: User, profile_id: int) -> None:
    """Serve a profile at the address without a name, and the one from before at that of its name.

    Raises ProfileProblem.
    """
    with changing(user, "", "made default") as detail:
        profile = own_profile(user, profile_id)
        detail["profile"] = profile.name
        if not profile.is_default:
            _exchange(user, name_the_first(user), profile)


def bind_key(user: User, key_id: int, profile_id: int | None) -> bool:
    """Let an access key open one profile only, or each (None); False if it is not theirs.

    Raises NoSuchProfile.
    """
    with changing(user, "", "key bound") as detail:
        profile = None if profile_id is None else own_profile(user, profile_id)
        key = AccessKey.objects.filter(user_id=user.pk, pk=key_id).first()
        if key is not None:
            detail |= {"profile": profile.name if profile else "all", "key": key.name}
            key.profile = profile
            key.save(update_fields=["profile"])
    return key is not None


@contextmanager
def changing(user: User, name: str, did: str) -> Iterator[dict[str, str]]:
    """Change profiles alone among this person's requests; what is yielded is for the log."""
    detail = {"profile": name[:MAX_NAME_LENGTH], "did": did}
    with transaction.atomic():
        # Not against those who only refer to this row: they may hold what is wanted here, such as
        # an app's connection while it refreshes, and would wait for us.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        yield detail
        audit.record(Action.PROFILE_CHANGED, user, detail=detail)
    announce(user.pk)


def check_name(user: User, name: str) -> None:
    """Raises ProfileProblem."""
    if name in RESERVED:
        raise ProfileProblem(f"“{name}” has another meaning in addresses. Choose another name.")
    if not is_profile_name(name):
        raise ProfileProblem(
            f"A name has at most {MAX_NAME_LENGTH} lowercase letters, digits and hyphens, and "
            "begins and ends with a letter or digit."
        )
    if Profile.objects.filter(user_id=user.pk, name=name).exists():
        raise ProfileProblem(f"You have a profile “{name}” already.")


def name_the_first(user: User) -> Profile:
    """Return the default profile, which has no row while it is the only one."""
    row = Profile.objects.filter(user_id=user.pk, is_default=True).first()
    return row or Profile.objects.create(user_id=user.pk, name=FIRST_NAME, is_default=True)


Choices = dict[SelectedSpace, dict[str, object]]


def spaces_of(user: User, profile: Profile) -> Choices:
    """Return the Spaces that somebody chose for a profile, and what of each."""
    if not profile.is_default:
        rows = ProfileSpace.objects.filter(user_id=user.pk, profile=profile)
        in_order = rows.select_related("space").order_by("space__slot")
        return {row.space: _chosen_of(row) for row in in_order}
    spaces = SelectedSpace.objects.filter(user_id=user.pk, is_active=True, is_in_default=True)
    return {space: _chosen_of(space) for space in spaces}


def tools_of(user: User, profile: Profile) -> dict[str, object]:
    """Return what a profile says of built-in tools, by column."""
    if not profile.is_default:
        return {name: getattr(profile, name) for name in PROFILE_DEFAULTS}
    saved = ToolSelection.objects.filter(user_id=user.pk).values(*PROFILE_DEFAULTS).first()
    return dict(saved or PROFILE_DEFAULTS)


def _chosen_of(row: SelectedSpace | ProfileSpace) -> dict[str, object]:
    return {name: getattr(row, name) for name in CHOSEN_OF_SPACE}


def _copy(user: User, source: Profile, profile: Profile) -> None:
    choose_spaces(user.pk)
    _put(user, profile, tools_of(user, source), spaces_of(user, source))


def _exchange(user: User, default: Profile, profile: Profile) -> None:
    choose_spaces(user.pk)
    own, others = tools_of(user, default), tools_of(user, profile)
    own_spaces, other_spaces = spaces_of(user, default), spaces_of(user, profile)
    Profile.objects.filter(user_id=user.pk, pk=default.pk).update(is_default=False)
    Profile.objects.filter(user_id=user.pk, pk=profile.pk).update(is_default=True)
    for space in own_spaces:
        SelectedSpace.objects.filter(pk=space.pk).update(is_in_default=False)
    ProfileSpace.objects.filter(user_id=user.pk, profile=profile).delete()
    _put(user, default, own, own_spaces)
    for space, chosen in other_spaces.items():
        SelectedSpace.objects.filter(pk=space.pk).update(is_in_default=True, **chosen)
    tools = NEVER_CHOSE if others["tools"] is None else others["tools"]
    ToolSelection.objects.update_or_create(user_id=user.pk, defaults={**others, "tools": tools})


def _put(user: User, profile: Profile, tools: dict[str, object], spaces: Choices) -> None:
    """Give a profile that is not the default one these tools, and these Spaces beside its own."""
    Profile.objects.filter(user_id=user.pk, pk=profile.pk).update(**tools)
    ProfileSpace.objects.bulk_create(
        ProfileSpace(user_id=user.pk, profile=profile, space=space, **chosen)
        for space, chosen in spaces.items()
    )
