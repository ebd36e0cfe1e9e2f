import pytest

from mcpendpoint.hub.references import BadReference, parse_account, parse_reference
from mcpendpoint.hub.types import RepoType

ENDPOINT = "https://hub.example:8443"
MODEL, DATASET, SPACE = RepoType.MODEL, RepoType.DATASET, RepoType.SPACE


def parsed(text):
    found = parse_reference(text, ENDPOINT)
    return found.name, found.repo_type, found.revision


@pytest.mark.parametrize(
    ("text", "name", "repo_type", "revision"),
    [
        ("a/b", "a/b", None, None),
        (" a/b ", "a/b", None, None),
        ("a/b/", "a/b", None, None),
        ("imdb", "imdb", None, None),
        ("a/b@main", "a/b", None, None),
        ("a/b@v1.0", "a/b", None, "v1.0"),
        ("a/b@refs/pr/3", "a/b", None, "refs/pr/3"),
        ("a/b@refs%2Fpr%2F3", "a/b", None, "refs/pr/3"),
        ("gpt2@main", "gpt2", None, None),
        ("datasets/imdb", "imdb", DATASET, None),
        ("models/gpt2", "gpt2", MODEL, None),
        ("Datasets/imdb", "imdb", DATASET, None),
        ("datasets/a/b", "a/b", DATASET, None),
        ("dataset/a/b", "a/b", DATASET, None),
        ("/datasets/a/b/", "a/b", DATASET, None),
        ("spaces/a/b", "a/b", SPACE, None),
        ("a/b/tree/main", "a/b", None, None),
        ("datasets/imdb/viewer/default", "imdb", DATASET, None),
        ("hf://a/b", "a/b", None, None),
        ("hf://models/o/n", "o/n", MODEL, None),
        ("hf://models/o/n@rev", "o/n", MODEL, "rev"),
        ("hf://models/o/n@rev/config.json", "o/n", MODEL, "rev"),
        ("hf://models/o/n/config.json", "o/n", MODEL, None),
        ("hf://datasets/imdb", "imdb", DATASET, None),
        ("HF://datasets/a/b/data/x.parquet", "a/b", DATASET, None),
        ("https://huggingface.co/a/b", "a/b", MODEL, None),
        ("http://huggingface.co/a/b", "a/b", MODEL, None),
        ("huggingface.co/a/b", "a/b", MODEL, None),
        ("www.huggingface.co/a/b/", "a/b", MODEL, None),
        ("hf.co/a/b", "a/b", MODEL, None),
        ("HTTPS://HuggingFace.co/a/b", "a/b", MODEL, None),
        ("<https://hf.co/a/b>", "a/b", MODEL, None),
        ("`https://hf.co/a/b`", "a/b", MODEL, None),
        ("https://huggingface.co/a/b?library=x#usage", "a/b", MODEL, None),
        ("https://huggingface.co/a/b/tree/main/x/y", "a/b", MODEL, None),
        ("https://huggingface.co/a/b/tree/v1", "a/b", MODEL, "v1"),
        ("https://huggingface.co/a/b/blob/refs%2Fpr%2F1/x", "a/b", MODEL, "refs/pr/1"),
        ("https://huggingface.co/a/b/tree/refs/pr/1/x", "a/b", MODEL, "refs/pr/1"),
        ("https://huggingface.co/a/b/resolve/main/x?download=true", "a/b", MODEL, None),
        ("https://huggingface.co/a/b/discussions/3#65", "a/b", MODEL, None),
        ("https://huggingface.co/a/b/commit/0123abc", "a/b", MODEL, "0123abc"),
        ("https://huggingface.co/gpt2/tree/main", "gpt2", MODEL, None),
        ("https://huggingface.co/gpt2/discussions/3", "gpt2", MODEL, None),
        ("https://huggingface.co/datasets/imdb", "imdb", DATASET, None),
        ("https://huggingface.co/datasets/imdb/viewer", "imdb", DATASET, None),
        ("https://huggingface.co/datasets/imdb/viewer/plain/train?row=1", "imdb", DATASET, None),
        ("https://huggingface.co/datasets/a/b/embed/viewer", "a/b", DATASET, None),
        ("https://huggingface.co/spaces/a/b?logs=container", "a/b", SPACE, None),
        ("https://huggingface.co/api/models/a/b", "a/b", MODEL, None),
        ("https://huggingface.co/api/datasets/a/b/revision/v2", "a/b", DATASET, "v2"),
        ("https://huggingface.co/a/b.git", "a/b", MODEL, None),
        ("git@hf.co:datasets/a/b.git", "a/b", DATASET, None),
        ("git@hf.co:a/b", "a/b", MODEL, None),
        ("https://hub.example:8443/datasets/a/b", "a/b", DATASET, None),
        ("hub.example:8443/a/b", "a/b", MODEL, None),
        ("https://huggingface.co:443/a/b", "a/b", MODEL, None),
    ],
)
def test_a_repository_is_known_however_it_is_written(text, name, repo_type, revision):
    assert parsed(text) == (name, repo_type, revision)


@pytest.mark.parametrize(
    "text",
    [
        *("google", "@google", "https://huggingface.co/google", "hf.co/google/", "google/"),
        *("https://huggingface.co/google/models", "https://huggingface.co/organizations/google"),
        *("https://huggingface.co/organizations/google/activity/all", "hf.co/users/google"),
        *("https://huggingface.co/google?sort_models=likes", "hub.example:8443/google"),
    ],
)
def test_an_account_is_known_however_it_is_written(text):
    assert parse_account(text, ENDPOINT) == "google"


@pytest.mark.parametrize(
    "text",
    [
        *("https://acme-image-maker.hf.space", "https://acme-image-maker.hf.space/?__theme=dark"),
        *("acme-image-maker.hf.space", "https://ACME-image-maker.hf.space/gradio_api/mcp/"),
        "https://acme-image-maker.static.hf.space/index.html",
    ],
)
def test_the_app_of_a_space_is_known(text):
    found = parse_reference(text, ENDPOINT)

    assert (found.subdomain, found.repo_type) == ("acme-image-maker", SPACE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://github.com/a/b", "is not an address of Hugging Face"),
        ("https://huggingface.co.evil.example/a/b", "is not an address of Hugging Face"),
        ("https://huggingface.co:8080/a/b", "is not an address of Hugging Face"),
        ("https://hub.example/a/b", "is not an address of Hugging Face"),
        ("https://me:pw@huggingface.co/a/b", "holds a user name"),
        ("https://huggingface.co/papers/2401.00001", "is a paper, no repository"),
        ("https://huggingface.co/collections/a/b-0123", "is a collection, no repository"),
        ("https://huggingface.co/docs/hub/index", "is documentation, no repository"),
        ("https://huggingface.co/buckets/a/b", "is a bucket, no repository"),
        ("hf://papers/2401.00001", "is a paper, no repository"),
        ("hf://buckets/a/b", "is a bucket, no repository"),
        ("https://huggingface.co/jobs/a/0123", "is a job, no repository"),
        ("https://huggingface.co/settings/tokens", "but of no repository"),
        ("https://huggingface.co/", "but of no repository"),
        ("https://[::1", "is not an address"),
        ("a b", "is not a repository id"),
        ("a/b c", "is not a repository id"),
        ("a/b/c", "is not a repository id"),
        ("", "is not a repository id"),
        ("..", "is not a repository id"),
        ("a/../b", "is not a repository id"),
        ("a/b@", "nothing after its '@'"),
        ("hf://models/a%2F..%2Fb/c", "is not a repository id"),
        ("datasets", "datasets"),
    ],
)
def test_what_names_nothing_is_refused_with_the_reason(text, says):
    try:
        found = parse_reference(text, ENDPOINT)
    except BadReference as error:
        assert says in str(error)
    else:
        assert found.name == says  # a word that may be somebody's name
