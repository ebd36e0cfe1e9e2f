import pytest

from mcpendpoint.hub.ids import BadRepoId, parse_repo_id, url_path


@pytest.mark.parametrize(
    "text", ["gpt2", "acme/tiny-llm", "a/b.c_d", "_x/y_", "A-1/FLUX.1-schnell"]
)
def test_ids_of_repositories_are_taken_as_they_are(text):
    assert parse_repo_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "a/",
        "/b",
        "a/b/c",
        "../etc",
        "a/..",
        "a..b/c",
        ".a/b",
        "a/b.",
        "a/b#c",
        "a/b?x=1",
        "a/b%2e%2e",
        "a b",
        "a/b\n",
        "ａ/b",
        "a/é",
        "a/" + "x" * 97,
        "x" * 10_000,
        "http://evil.example/a",
        "a@b/c",
        "a\\b",
        "a/b\x00",
    ],
)
def test_nothing_else_is_an_id(text):
    with pytest.raises(BadRepoId):
        parse_repo_id(text)


def test_each_segment_of_a_path_is_encoded():
    assert url_path("api", "a#b", "c?d", "e/f", "ü") == "/api/a%23b/c%3Fd/e%2Ff/%C3%BC"


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_change_the_path_is_refused(segment):
    with pytest.raises(BadRepoId):
        url_path("api", segment)
