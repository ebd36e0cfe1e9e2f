"""hub_repo_search finds the same, in the same order."""

import re

import pytest

from tests.parity.reading import same_named
from tests.parity.repositories import search_in_content, search_in_text
from tests.parity.servers import Both
from tests.standins.hub.control import HubControl

SEARCH = "hub_repo_search"
ALL = ["model", "dataset", "space"]

SEARCHES = {
    "nothing asked": {},
    "words": {"query": "bert"},
    "words in all types": {"query": "demo", "repo_types": ALL},
    "two words": {"query": "tiny llm", "repo_types": ALL},
    "a word not in ASCII": {"query": "zürich", "repo_types": ALL},
    "an owner": {"author": "acme", "repo_types": ALL},
    "an owner in other letters": {"author": "ACME"},
    "a tag": {"filters": ["text-generation"], "limit": 100},
    "two tags": {"filters": ["text-generation", "license:mit"]},
    "a tag with a colon": {"filters": ["language:en"], "repo_types": ["dataset"]},
    "MCP servers": {"filters": ["mcp-server"], "repo_types": ["space"]},
    "everything at once": {
        "query": "t",
        "author": "acme",
        "filters": ["llama"],
        "sort": "likes",
        "limit": 3,
        "repo_types": ["model"],
    },
    "types twice, and in an order": {"query": "demo", "repo_types": ["space", "model", "space"]},
    "one of each": {"limit": 1, "repo_types": ALL},
    "by trend": {"sort": "trendingScore", "limit": 5, "repo_types": ALL},
    "by likes": {"sort": "likes", "limit": 5, "repo_types": ALL},
    "the newest": {"sort": "createdAt", "limit": 5, "repo_types": ALL},
    "the latest changes": {"sort": "lastModified", "limit": 5, "repo_types": ALL},
    "by downloads": {"sort": "downloads", "limit": 5, "repo_types": ["model", "dataset"]},
    "nothing there": {"query": "no-such-thing", "repo_types": ALL},
    "nothing said in words": {"query": "", "author": "", "filters": [], "limit": 2},
}


@pytest.mark.parametrize("arguments", SEARCHES.values(), ids=SEARCHES.keys())
def test_both_find_the_same_and_say_the_same_of_it(both: Both, arguments):
    theirs, ours = both.call(SEARCH, arguments)

    assert not ours.is_error
    expect_facts_of(theirs.text, ours)


@pytest.mark.parametrize("token", [None, "hf_alice", "hf_bob", "hf_finegrained"])
def test_both_find_what_is_private_for_those_who_may_see_it(both: Both, token):
    theirs, ours = both.call(SEARCH, {"author": "alice", "repo_types": ALL}, token)

    expect_facts_of(theirs.text, ours)
    assert ("alice/private" in ours.text) == (token in ("hf_alice", "hf_finegrained"))


def expect_facts_of(text, ours):
    theirs = search_in_text(text)
    for there in (search_in_text(ours.text), search_in_content(ours.content)):
        if not theirs:  # it then says no more than that there is nothing
            assert not any(there.values())
            continue
        assert {kind: ids(facts) for kind, facts in there.items()} == {
            kind: ids(facts) for kind, facts in theirs.items()
        }
        for kind, results in theirs.items():
            said = [same_named(*pair) for pair in zip(results, there[kind], strict=True)]
            assert said == results


def ids(results):
    return [result["id"] for result in results]


# What is better on purpose


def test_ours_names_owners_and_dates_that_the_reference_does_not_ask_for(both: Both):
    """Defect 5: "no expand (authors/titles mostly missing)"."""
    theirs, ours = both.call(SEARCH, {"query": "tiny-llm", "repo_types": ["model"]})

    (reference,) = search_in_text(theirs.text)["models"]
    (model,) = search_in_content(ours.content)["models"]
    assert "author" not in reference and "modified" not in reference
    assert model["author"] == "acme"
    assert model["modified"].isoformat() == "2026-10-01"


def test_ours_pages_through_what_the_reference_cuts_off(both: Both):
    """Defect 5: "no structured output, no paging"; the first type takes all the room."""
    arguments = {"limit": 100, "repo_types": ALL}
    theirs, ours = both.call(SEARCH, arguments)
    assert "Results truncated" in theirs.text and "spaces" not in search_in_text(theirs.text)
    there_are = int(re.search(r"of (\d+) repositories", theirs.text)[1])

    pages = [ours.content]
    while cursor := pages[-1].get("next_cursor"):
        pages.append(both.ours.call(SEARCH, {**arguments, "cursor": cursor}).content)

    found = [
        (kind, result["id"])
        for page in pages
        for kind, results in search_in_content(page).items()
        for result in results
    ]
    assert all(group["results"] for group in ours.content["groups"])
    assert len(found) == len(set(found)) >= there_are


def test_ours_sorts_spaces_by_likes_where_there_are_no_downloads(both: Both):
    """The reference asks for an order that Spaces do not have, and gets any."""
    arguments = {"sort": "downloads", "repo_types": ["space"], "limit": 3}
    by_likes = both.reference.call(SEARCH, {**arguments, "sort": "likes"})

    ours = both.ours.call(SEARCH, arguments)

    assert ids(search_in_content(ours.content)["spaces"]) == ids(
        search_in_text(by_likes.text)["spaces"]
    )


def test_a_type_that_fails_does_not_hide_the_others(
    both: Both, hub_control: HubControl, new_token: str
):
    """The reference fails as a whole, and says nothing of when to try again."""
    hub_control.misbehave("/api/datasets", status=429, token=new_token)

    theirs, ours = both.call(SEARCH, {"query": "tiny"}, new_token)

    assert theirs.is_error and "429" in theirs.text and "tiny-llm" not in theirs.text
    models, datasets = ours.content["groups"]
    assert models["results"] and not ours.is_error
    assert datasets["problem"]["kind"] == "rate_limited"
    assert datasets["problem"]["retry_after_seconds"] == 55
