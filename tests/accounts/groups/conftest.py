from collections.abc import Callable
from typing import Any

import pytest

from accounts.groups import changing
from accounts.groups.models import Group

SEARCH, FILES, WRITE, JOBS = "hub_repo_search", "hf_fs", "hf_fs_write", "hf_jobs"


@pytest.fixture
def make_group(boss, django_capture_on_commit_callbacks) -> Callable[..., Group]:
    """Make a group: `make_group("alice", tools=["hf_fs"])`. Without members, for everybody else."""

    def make(*members: str, name: str = "Students", **facts: Any) -> Group:
        with django_capture_on_commit_callbacks(execute=True):
            group = changing.make(Group(name=name, is_for_others=not members, **facts), boss)
            if members:
                changing.add_members(group, members, boss)
        return group

    return make


@pytest.fixture
def delete_group(boss, django_capture_on_commit_callbacks) -> Callable[[Group], None]:
    def delete(group: Group) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            changing.delete(group, boss)

    return delete
