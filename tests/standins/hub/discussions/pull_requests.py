"""What a pull request changes, and whether it can be merged."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from tests.standins.hub.records import MAIN, Commit, Discussion, Repo

Contents = tuple[bytes | None, bytes | None]  # before and after


def describe(repo: Repo, discussion: Discussion) -> dict[str, Any]:
    changes: dict[str, Any] = {"base": MAIN}
    if discussion.merge_commit:
        changes["mergeCommitId"] = discussion.merge_commit
    is_open = discussion.status in ("open", "draft")
    return {
        "changes": changes,
        "filesWithConflicts": conflicts(repo, discussion) if is_open else [],
        "diff": "".join(_diff(changed(repo, discussion))),
    }


def changed(repo: Repo, discussion: Discussion) -> dict[str, Contents]:
    """Return the contents before and after of the files that the pull request changes."""
    proposed = repo.refs[f"refs/pr/{discussion.num}"]
    base = _fork_point(repo, proposed).files
    after = proposed[0].files
    contents = {
        path: (
            base[path].content if path in base else None,
            after[path].content if path in after else None,
        )
        for path in sorted({*base, *after})
    }
    return {path: pair for path, pair in contents.items() if pair[0] != pair[1]}


def _fork_point(repo: Repo, proposed: list[Commit]) -> Commit:
    main = {commit.oid for commit in repo.refs[MAIN]}
    return next((commit for commit in proposed if commit.oid in main), proposed[-1])


def conflicts(repo: Repo, discussion: Discussion) -> list[str]:
    now = repo.head.files
    return [
        path
        for path, (before, _) in changed(repo, discussion).items()
        if (now[path].content if path in now else None) != before
    ]


def _diff(contents: dict[str, Contents]) -> Iterator[str]:
    for path, (before, after) in contents.items():
        yield f"diff --git a/{path} b/{path}\n"
        yield from unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").splitlines(keepends=True)
