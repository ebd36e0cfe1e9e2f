"""Profiles as files and links: what is written of them, and made of what was read."""

import json
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from accounts.catalogue import catalogue
from accounts.consequences import ALWAYS_ASK
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import PROFILE_DEFAULTS, load_preferences
from accounts.profile_models import Profile, ProfileSpace
from accounts.profiles.changing import (
    MAX_PROFILES,
    changing,
    create_profile,
    spaces_of,
    tools_of,
)
from accounts.profiles.files import FiledProfile, FiledSpace, Link, known, stricter
from accounts.profiles.names import as_profile_name
from accounts.space_models import SelectedSpace
from accounts.space_selection import add_space, default_spaces

MAX_LINK_CHARS = 4_000


def as_file(user: User, profile: Profile) -> str:
    """Return a profile as JSON: without private Spaces, and without what they were given."""
    tools = tools_of(user, profile)
    written = {
        "format": "hfmcp-profile",
        "version": 1,
        "name": profile.name,
        "tools": tools["tools"],
        "include_images": tools["include_images"],
        "approvals": {kind: tools[f"approve_{kind}"] for kind in ALWAYS_ASK.as_words()},
        "spaces": [
            {"id": space_id, **{key: value for key, value in chosen.items() if key in _OF_FILE}}
            for space_id, chosen in _public_spaces(user, profile).items()
        ],
    }
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def share_path(user: User, profile: Profile) -> str:
    """Return the link that lets others have the same tools and public Spaces."""
    tools = tools_of(user, profile)["tools"]
    if tools is None:
        tools = sorted(offer_to(user).ticked_at_first(catalogue))
    link = Link(
        profile.name,
        tuple(tools),  # type: ignore[arg-type]  # a column of names
        tuple(_public_spaces(user, profile)),
    )
    return reverse("profiles:add") + "?" + urlencode(link.query, safe=",/")


def is_link(url: str | None) -> bool:
    return (url or "").startswith(reverse("profiles:add"))


_OF_FILE = frozenset(FiledSpace.model_fields)


def _public_spaces(user: User, profile: Profile) -> dict[str, dict[str, object]]:
    if profile.is_default and not load_preferences(user.pk).has_chosen_spaces:
        return {space_id: {} for space_id in default_spaces(offer_to(user))}
    chosen = spaces_of(user, profile).items()
    return {space.space_id: of_space for space, of_space in chosen if not space.is_private}


def free_name(user: User, wanted: str) -> str:
    """Return a name that none of this person's profiles has, as close to that as can be."""
    taken = set(Profile.objects.filter(user_id=user.pk).values_list("name", flat=True))
    wanted = as_profile_name(wanted) or "added"
    numbered = (f"{wanted[:36].rstrip('-')}-{number}" for number in range(2, MAX_PROFILES + 3))
    return wanted if wanted not in taken else next(each for each in numbered if each not in taken)


def add_filed(user: User, filed: FiledProfile, name: str | None = None) -> Profile:
    """Make a new profile of what was read: what this server has of it, and never laxer than a new
    one or their default one. Without a name it gets a free one.

    Raises ProfileProblem and TooManySpaces.
    """
    with changing(user, name or "", "added") as detail:
        if name is None:
            name = detail["profile"] = free_name(user, filed.name)
        profile = create_profile(user, name)
        columns = {
            **PROFILE_DEFAULTS,
            "tools": known(filed.tools, (tool.name for tool in catalogue.tools)),
            "include_images": filed.include_images,
            **stricter(filed.approvals, load_preferences(user.pk).approvals),
        }
        Profile.objects.filter(user_id=user.pk, pk=profile.pk).update(**columns)
        before, user.edited_profile = user.edited_profile, profile
        try:
            for space in filed.spaces:
                _add(user, profile, space)
        finally:
            user.edited_profile = before
    return profile


def _add(user: User, profile: Profile, filed: FiledSpace) -> None:
    own = SelectedSpace.objects.filter(user_id=user.pk, space_id__iexact=filed.id).first()
    title = own.title if own else ""
    saved = add_space(
        user,
        own.space_id if own else filed.id,
        is_private=bool(own and own.is_private),
        title=title or filed.id.partition("/")[2],
        emoji=own.emoji if own else "",
    )
    rows = ProfileSpace.objects.filter(user_id=user.pk, profile=profile)
    rows.filter(space__space_id=saved.space_id).update(
        tools=filed.tools,
        asks_first=filed.asks_first or bool(own and own.is_in_default and own.asks_first),
        offers_resources=filed.offers_resources,
        offers_prompts=filed.offers_prompts,
    )


def hub_page(space_id: str) -> str:
    return f"{settings.HF_ENDPOINT}/spaces/{space_id}"
