"""hub_repo_details says the same of models, datasets and Spaces."""

import re

import pytest

from tests.parity.reading import one_line, same_named
from tests.parity.repositories import overview_in_content, overview_in_text
from tests.parity.servers import Answer, Both
from tests.standins.hub.control import HubControl
from tests.standins.hub.seed import new_hub

DETAILS = "hub_repo_details"
AT_ONCE = 10
IN_PLAIN_WORDS = ("title", "description")  # ours does not label these


def chunks_of_all():
    """Yield every public repository of the stand-in, in as few calls as can be."""
    for kind in ("model", "dataset", "space"):
        repos = new_hub().of_kind(kind)
        ids = [repo.id for repo in repos if not repo.private and not repo.disabled]
        for start in range(0, len(ids), AT_ONCE):
            yield kind, ids[start : start + AT_ONCE]


@pytest.mark.parametrize(("kind", "ids"), list(chunks_of_all()))
def test_both_say_the_same_of_every_repository(both: Both, kind, ids):
    theirs, ours = both.call(DETAILS, {"repo_ids": ids, "repo_type": kind})

    expect_overviews(theirs, ours, count=len(ids))


@pytest.mark.parametrize(
    ("kind", "repo_id", "token"),
    [
        ("model", "gpt2", None),
        ("dataset", "squad", None),
        ("model", "alice/private", "hf_alice"),
        ("model", "alice/private", "hf_finegrained"),
        ("dataset", "alice/diary", "hf_alice"),
        ("model", "acme/gated", "hf_alice"),
        ("model", "acme/gated", "hf_bob"),
        ("dataset", "acme/gated-data", "hf_bob"),
    ],
)
def test_both_say_the_same_of_what_was_renamed_is_private_or_gated(
    both: Both, kind, repo_id, token
):
    theirs, ours = both.call(DETAILS, {"repo_ids": [repo_id], "repo_type": kind}, token)

    expect_overviews(theirs, ours, count=1)


@pytest.mark.parametrize("repo_id", ["acme/tiny-llm", "acme/squad", "acme/static", "acme/demo"])
def test_both_find_out_of_which_types_an_id_is(both: Both, repo_id):
    theirs, ours = both.call(DETAILS, {"repo_ids": [repo_id]})

    types = re.findall(r"\*\*Type: (\w+)\*\*", theirs.text)
    assert types and re.findall(r"\*\*Type: (\w+)\*\*", ours.text) == types
    matches = ours.content["repositories"][0]["matches"]
    assert [match["repo_type"].capitalize() for match in matches] == types
    expect_overviews(theirs, ours, count=len(types))


def expect_overviews(theirs: Answer, ours: Answer, *, count: int) -> None:
    assert not ours.is_error
    reference = list(map(overview_in_text, split_overviews(theirs.text)))
    texts = split_overviews(ours.text)
    repositories = ours.content["repositories"]
    contents = [match["overview"] for each in repositories for match in each["matches"]]
    assert len(reference) == len(texts) == len(contents) == count
    for facts, text, content in zip(reference, texts, contents, strict=True):
        assert len(facts) >= 5
        assert same_named(facts, overview_in_content(content)) == facts
        labelled = {name: fact for name, fact in facts.items() if name not in IN_PLAIN_WORDS}
        assert same_named(labelled, overview_in_text(text)) == labelled
        assert facts.get("description", "") in one_line(text)


def split_overviews(text: str) -> list[str]:
    """Return each overview: the reference writes one after a line, ours also after a type."""
    parts = re.split(r"^---$|^\*\*Type: .*$", text, flags=re.MULTILINE)
    return [part for part in parts if "**Author:**" in part]


@pytest.mark.parametrize(
    ("repo_id", "token"),
    [
        ("acme/no-such", None),
        ("acme/no-such", "hf_alice"),
        ("alice/private", None),
        ("alice/private", "hf_bob"),
        ("alice/diary", "hf_finegrained"),
        ("alice/private-space", "hf_bob"),
        ("acme/disabled", "hf_alice"),
        ("../../etc/passwd", None),
    ],
)
@pytest.mark.parametrize("kind", [None, "model", "dataset", "space"])
def test_what_one_must_not_see_is_an_error_with_both(both: Both, repo_id, token, kind):
    arguments = {"repo_ids": [repo_id], **({"repo_type": kind} if kind else {})}

    theirs, ours = both.call(DETAILS, arguments, token)

    assert "- Error: " in theirs.text
    # Defect 4: the reference never sets isError, which is how a client tells.
    assert ours.is_error and not theirs.is_error
    (repository,) = ours.content["repositories"]
    assert repository["status"] == "error" and not repository["matches"]


def test_a_missing_repository_does_not_hide_the_others(both: Both):
    arguments = {"repo_ids": ["acme/no-such", "acme/tiny-llm"], "repo_type": "model"}

    theirs, ours = both.call(DETAILS, arguments)

    assert "- Error: " in theirs.text
    expect_overviews(theirs, ours, count=1)
    assert [each["status"] for each in ours.content["repositories"]] == ["error", "ok"]


# What is better on purpose


def test_ours_shows_a_private_space_to_its_owner(both: Both):
    """Defect 4: "Spaces looked up without token"."""
    arguments = {"repo_ids": ["alice/private-space"], "repo_type": "space"}

    theirs, ours = both.call(DETAILS, arguments, "hf_alice")

    assert "- Error: " in theirs.text
    assert not ours.is_error and "Private workshop" in ours.text


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [(429, "rate_limited", True), (503, "unavailable", True), (403, "forbidden", False)],
)
def test_ours_tells_failures_from_what_is_missing(
    both: Both, hub_control: HubControl, new_token: str, status, kind, retryable
):
    """Defect 4: "auto-detect hides auth/429 behind "could not find""."""
    hub_control.misbehave("tiny-llm", status=status, token=new_token)

    theirs, ours = both.call(DETAILS, {"repo_ids": ["acme/tiny-llm"]}, new_token)

    assert "Could not find repo" in theirs.text
    (problem,) = ours.content["repositories"][0]["problems"]
    assert problem["kind"] == kind
    assert problem["retryable"] is retryable


def test_ours_knows_accounts_as_well(both: Both):
    """Section 6.9: "user/org overview" is not offered at all."""
    theirs, ours = both.call(DETAILS, {"repo_ids": ["alice"]})

    assert "Could not find" in theirs.text
    assert ours.content["repositories"][0]["account"]["display_name"] == "Alice Ångström"
