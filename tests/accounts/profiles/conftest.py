from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.preferences import save_tools
from accounts.profile_models import Profile
from accounts.profiles.changing import create_profile
from accounts.space_selection import add_space

SEARCH, FILES, WRITE = "hub_repo_search", "hf_fs", "hf_fs_write"


@pytest.fixture
def add() -> Callable[..., Any]:
    def space(user: User, space_id: str, profile: Profile | None = None) -> Any:
        user.edited_profile = profile
        return add_space(user, space_id, is_private=False, title="A Space", emoji="🚀")

    return space


@pytest.fixture
def save() -> Callable[..., None]:
    def tools(user: User, *names: str, profile: Profile | None = None) -> None:
        user.edited_profile = profile
        save_tools(user, names, True)

    return tools


@pytest.fixture
def team(alice) -> Profile:
    """A profile of Alice's that selects nothing yet."""
    return create_profile(alice, "team")
