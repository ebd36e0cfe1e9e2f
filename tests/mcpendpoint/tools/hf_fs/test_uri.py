import pytest

from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.uri import parse_uri


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        # bare, and with what people add
        ("hf://", "hf://"),
        ("hf:///", "hf://"),
        ("hf://README.md", "hf://README.md"),
        ("README.md", "hf://README.md"),
        ("models", "hf://models"),
        ("models/", "hf://models"),
        ("models/acme/tiny/", "hf://models/acme/tiny"),
        ("  hf://spaces/acme/demo/app.py ", "hf://spaces/acme/demo/app.py"),
        ("docs/hub/index.md", "hf://docs/hub/index.md"),
        # revisions
        ("hf://models/a/b@v1", "hf://models/a/b@v1"),
        ("hf://models/a/b@v1/c/d.txt", "hf://models/a/b@v1/c/d.txt"),
        ("hf://models/a/b@refs/pr/12/c", "hf://models/a/b@refs/pr/12/c"),
        ("hf://datasets/a/b@refs/convert/parquet", "hf://datasets/a/b@refs/convert/parquet"),
        ("hf://models/a/b@refs%2Fpr%2F1/c", "hf://models/a/b@refs/pr/1/c"),
        ("hf://models/a/b@feature%2Fx/c", "hf://models/a/b@feature%2Fx/c"),
        ("hf://models/a/b/c@2x.png", "hf://models/a/b/c@2x.png"),
        ("hf://models/gpt2@main", "hf://models/gpt2@main"),
        ("hf://models/gpt2@main/config.json", "hf://models/gpt2@main/config.json"),
        # paths
        ("hf://models/a/b/50%25%20off%20%231%3F", "hf://models/a/b/50%25%20off%20%231%3F"),
        ("hf://models/a/b/what? #1", "hf://models/a/b/what%3F%20%231"),
        ("hf://models/a/b/данные/😀", "hf://models/a/b/данные/😀"),
        ("hf://models/a/b/%D0%B4", "hf://models/a/b/д"),
        ("hf://buckets/a/b/c@d", "hf://buckets/a/b/c@d"),
        # other roots
        ("hf://docs/hub/index.md#top", "hf://docs/hub/index.md#top"),
        ("hf://collections/a/b-0123", "hf://collections/a/b-0123"),
        ("hf://papers/daily/latest", "hf://papers/daily/latest"),
        # pages
        ("https://huggingface.co", "hf://"),
        ("https://huggingface.co/", "hf://"),
        ("https://huggingface.co/a/b", "hf://models/a/b"),
        ("https://www.huggingface.co/a/b", "hf://models/a/b"),
        ("https://hf.co/a/b", "hf://models/a/b"),
        ("https://huggingface.co/models/a/b", "hf://models/a/b"),
        ("https://huggingface.co/datasets/a", "hf://datasets/a"),
        ("https://huggingface.co/spaces/a/b", "hf://spaces/a/b"),
        ("https://huggingface.co/a/b/blob/main/c%20d.md", "hf://models/a/b/c%20d.md"),
        ("https://huggingface.co/a/b/resolve/v1/c.md?download=true", "hf://models/a/b@v1/c.md"),
        ("https://huggingface.co/a/b/raw/main/c.md", "hf://models/a/b/c.md"),
        ("https://huggingface.co/datasets/a/b/tree/main/data", "hf://datasets/a/b/data"),
        ("https://huggingface.co/a/b/tree/refs%2Fpr%2F1/c", "hf://models/a/b@refs/pr/1/c"),
        ("https://huggingface.co/a/b/tree/refs/pr/1/c", "hf://models/a/b@refs/pr/1/c"),
        ("https://huggingface.co/buckets/a/b", "hf://buckets/a/b"),
        ("https://huggingface.co/buckets/a/b/resolve/c/d", "hf://buckets/a/b/c/d"),
        ("https://huggingface.co/collections/a/b", "hf://collections/a/b"),
        ("https://huggingface.co/papers/2501.00001", "hf://papers/2501.00001"),
        ("https://huggingface.co/docs/hub/index.md", "hf://docs/hub/index.md"),
        ("https://hub.example/a/b", "hf://models/a/b"),
        ("HF://models/a", "hf://models/a"),
        ("hf://Models/a", "hf://models/a"),
        ("hf://a/b/c.txt", "hf://models/a/b/c.txt"),
        ("http://huggingface.co/a/b", "hf://models/a/b"),
        ("huggingface.co/datasets/a/b/tree/main/c", "hf://datasets/a/b/c"),
        ("hf.co/a/b", "hf://models/a/b"),
        ("https://huggingface.co/a/b?x=1", "hf://models/a/b"),
        ("https://huggingface.co/a/b#x", "hf://models/a/b"),
        ("https://huggingface.co/a/b/blob/main/c.md?plain=1#L5", "hf://models/a/b/c.md"),
        ("https://huggingface.co/datasets/a/b/viewer/default/train", "hf://datasets/a/b"),
        ("https://huggingface.co/datasets/imdb/viewer", "hf://datasets/imdb@main"),
        ("https://huggingface.co/gpt2/blob/main/config.json", "hf://models/gpt2@main/config.json"),
        ("https://huggingface.co/a/b/commit/0123abc", "hf://models/a/b@0123abc"),
        ("https://huggingface.co/a/models", "hf://models/a"),
        ("https://huggingface.co/papers/2501.00001?x=1", "hf://papers/2501.00001"),
        ("https://huggingface.co/papers/date/2026-01-02", "hf://papers/daily/2026/01/02"),
        ("https://huggingface.co/docs/hub/index#top", "hf://docs/hub/index#top"),
        ("https://huggingface.co/api/models/a/b", "hf://models/a/b"),
    ],
)
def test_what_is_written_becomes_one_canonical_uri(text, uri):
    parsed = parse_uri(text, endpoint="https://hub.example")

    assert str(parsed) == uri
    assert parse_uri(uri) == parsed


@pytest.mark.parametrize(
    ("uri", "repo_id", "revision", "path"),
    [
        ("hf://models/a", "", None, "a"),
        ("hf://models/a/b", "a/b", None, ""),
        ("hf://models/a/b/c/d", "a/b", None, "c/d"),
        ("hf://models/a/b@c/d", "a/b", "c", "d"),
        ("hf://models/a/b@c%2Fd/e", "a/b", "c/d", "e"),
        ("hf://models/gpt2@main/c", "gpt2", "main", "c"),
        ("hf://buckets/a/b/c", "a/b", None, "c"),
        ("hf://papers/2501.00001/paper.md", "", None, "2501.00001/paper.md"),
    ],
)
def test_the_parts_of_a_uri(uri, repo_id, revision, path):
    parsed = parse_uri(uri)

    assert (parsed.repo_id, parsed.revision, parsed.path) == (repo_id, revision, path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must start with hf://"),
        ("x", "must start with hf://"),
        ("/etc/passwd", "must start with hf://"),
        ("file:///etc/passwd", "must start with hf://"),
        ("acme/tiny", "write hf://models/acme/tiny, hf://datasets/acme/tiny or hf://spaces"),
        ("https://huggingface.co:8443/a/b", "is not an address of Hugging Face"),
        ("https://me@huggingface.co/a/b", "holds a user name"),
        ("https://huggingface.co.evil.example/a/b", "is not an address of Hugging Face"),
        ("https://github.com/a/b", "is not an address of Hugging Face"),
        ("https://huggingface.co/a", "is the page of an account: list hf://models/a"),
        ("https://huggingface.co/a/b/discussions/1", "the files are at hf://models/a/b"),
        ("https://huggingface.co/settings/tokens", "is a page of Hugging Face that is no"),
        ("https://huggingface.co/jobs/a/0123", "is a page of Hugging Face that is no"),
        ("https://a-b.hf.space", "is a Space's app"),
        ("hf://" + "x" * 2_000, "longer than"),
        ("hf://bogus", "Invalid URI type 'bogus'. Must be one of models, datasets"),
        ("hf://README.md/a", "Invalid URI type"),
        ("hf://models//b", "empty segments"),
        ("hf://models/a//b", "empty segments"),
        ("hf://models/a/b/c//d", "empty segments"),
        ("hf://models/a b", "not the name of a user"),
        ("hf://models/..", "cannot be part"),
        ("hf://models/a/b c", "must be 'owner/name', got 'a/b c'"),
        ("hf://models/a/b?", "must be 'owner/name', got 'a/b?'"),
        ("hf://models/a%2Fb/c", "must be 'owner/name'"),
        ("hf://models/@main", "must be 'owner/name', got ''"),
        ("hf://models/-a/b", "must be 'owner/name'"),
        ("hf://models/a/b@", "Revision after '@' must not be empty"),
        ("hf://models/a/b@/c", "Revision after '@' must not be empty"),
        ("hf://models/a/b@refs/heads/x", "must be percent-encoded"),
        ("hf://models/a/b@refs/pr/x", "must be percent-encoded"),
        ("hf://models/a/b@..", "cannot be part"),
        ("hf://buckets/a/b@main", "do not support a revision marker"),
        ("hf://buckets/a@b/c", "do not support a revision marker"),
        ("hf://models/a/b/../c", "cannot be part"),
        ("hf://models/a/b/.", "cannot be part"),
        ("hf://models/a/b/%2e%2E/c", "cannot be part"),
        ("hf://models/a/b/x%2F..%2Fy", "cannot be part"),
        ("hf://models/a/b/50% off", "write '%' as %25"),
        ("hf://models/a/b/%FF", "percent-encoding"),
        ("hf://models/a/b/\ud800", "percent-encoding"),
        ("hf://docs/hub/index.md#" + "x" * 501, "anchor is longer"),
    ],
)
def test_what_is_no_uri_is_refused_with_the_reason(text, says):
    with pytest.raises(Failure) as caught:
        parse_uri(text)

    assert caught.value.code == "HF_FS_INVALID_ARGUMENT"
    assert caught.value.message.startswith("EINVAL: ")
    assert says in caught.value.message


@pytest.mark.parametrize("root", ["model", "dataset", "space", "bucket", "Dataset"])
def test_a_type_may_be_in_the_singular(root):
    assert str(parse_uri(f"hf://{root}/o/n")) == f"hf://{root.lower()}s/o/n"


def test_a_type_that_is_not_served_is_no_owner_of_models():
    with pytest.raises(Failure, match="Invalid URI type 'kernels'"):
        parse_uri("hf://kernels/o/n/README.md")
