"""What both servers are asked of hf_fs: every command at every kind of place, and the options."""

from collections.abc import Iterator
from typing import NamedTuple


class Asked(NamedTuple):
    command: str
    args: tuple[str, ...]
    token: str | None = None

    def __str__(self) -> str:
        return " ".join([self.command, *self.args, *([f"as {self.token}"] if self.token else [])])


COMMANDS = ("ls", "cat", "stat", "find", "attach")
TINY = "hf://models/acme/tiny-llm"
PAPER = "hf://papers/2502.02737"
DAILY = "hf://papers/daily"

PLACES = (
    "hf://",
    "hf://README.md",
    "hf://models",
    "hf://datasets",
    "hf://spaces",
    "hf://buckets",
    "hf://collections",
    "hf://papers",
    "hf://docs",
    "hf://models/trending",
    "hf://datasets/trending",
    "hf://spaces/trending",
    "hf://models/acme",
    "hf://datasets/acme",
    "hf://spaces/acme",
    "hf://buckets/acme",
    "hf://collections/acme",
    "hf://models/nobody-here",
    TINY,
    f"{TINY}@v1",
    f"{TINY}@refs/pr/1",
    f"{TINY}@feature%2Fquantized",
    f"{TINY}@nope",
    f"{TINY}/images",
    f"{TINY}/README.md",
    f"{TINY}/config.json",
    f"{TINY}/nothing.txt",
    "hf://models/acme/gated",
    "hf://models/acme/gated/README.md",
    "hf://models/acme/disabled",
    "hf://models/alice/private",
    "hf://models/openai-community/gpt2",
    "hf://datasets/acme/squad",
    "hf://datasets/acme/squad/README.md",
    "hf://spaces/acme/image-maker",
    "hf://spaces/acme/image-maker/app.py",
    "hf://buckets/acme/files",
    "hf://buckets/acme/files/README.md",
    "hf://buckets/nobody/nothing",
    "hf://buckets/alice/scratch",
    "hf://collections/README.md",
    "hf://collections/acme/nothing",
    "hf://papers/README.md",
    "hf://papers/trending",
    DAILY,
    f"{DAILY}/latest",
    f"{DAILY}/2023",
    f"{DAILY}/2023/05",
    f"{DAILY}/2023/05/04",
    f"{DAILY}/1999/01/01",
    PAPER,
    f"{PAPER}/metadata.json",
    f"{PAPER}/paper.md",
    f"{PAPER}/models",
    f"{PAPER}/datasets",
    f"{PAPER}/spaces",
    f"{PAPER}/models/acme",
    f"{PAPER}/models/acme/tiny-llm",
    f"{PAPER}/models/acme/tiny-llm/README.md",
    "hf://papers/1706.03762/paper.md",
    "hf://papers/9999.99999",
    "hf://papers/abc",
    "hf://docs/transformers",
    "hf://docs/hub",
    "hf://docs/hub/security-tokens.md",
    "hf://docs/hub/nope.md",
    "hf://docs/nope",
    "hf://docs/gradio",
    "https://huggingface.co/acme/tiny-llm",
    "https://huggingface.co/datasets/acme/squad/blob/main/README.md",
    "models/acme/tiny-llm",
    "hf://foo/bar",
    "hf://models//x",
    "https://example.com/x",
)

PRIVATE_PLACES = (
    "hf://models/alice",
    "hf://models/alice/private",
    "hf://models/acme/gated/config.json",
    "hf://buckets/alice/scratch",
    "hf://collections/alice",
)

SEARCHES = (
    ("hf://models",),
    ("hf://models", "tiny"),
    ("hf://models", "tiny", "llm"),
    ("hf://models", "--query", "tiny"),
    ("hf://models", "--sort", "likes", "--limit", "3"),
    ("hf://models", "--sort", "nope"),
    ("hf://models", "x", "--limit", "0"),
    ("hf://models", "x", "--limit", "5000"),
    ("hf://models", "x", "--tag", "y"),
    ("hf://models", "zzzznothing"),
    ("hf://models/acme", "tiny"),
    ("hf://models/acme/tiny-llm", "x"),
    ("hf://datasets", "squad"),
    ("hf://datasets", "x", "--kind", "mcp"),
    ("hf://spaces",),
    ("hf://spaces", "generate an image"),
    ("hf://spaces", "image", "--kind", "mcp"),
    ("hf://spaces", "image", "--tag", "mcp-server"),
    ("hf://spaces", "x", "--kind", "foo"),
    ("hf://spaces/acme", "demo"),
    ("hf://buckets", "x"),
    ("hf://collections",),
    ("hf://collections", "tiny"),
    ("hf://collections/acme", "tiny"),
    ("hf://papers",),
    ("hf://papers", "transformer"),
    ("hf://papers", "zzzznothing"),
    ("hf://papers/trending", "x"),
    ("hf://docs",),
    ("hf://docs", "pipeline"),
    ("hf://docs", "zzzznothing"),
    ("hf://docs/transformers", "pipeline"),
    ("hf://docs/hub", "token"),
)

WITH_OPTIONS = (
    ("ls", TINY, "--recursive"),
    ("ls", TINY, "-R", "--limit", "3"),
    ("ls", TINY, "-la"),
    ("ls", TINY, "--glob", "*.json"),
    ("ls", TINY, "--type", "dir"),
    ("ls", TINY, "--type", "f"),
    ("ls", TINY, "--nope"),
    ("ls", TINY, "extra"),
    ("ls", "ls", TINY),
    ("ls", "-la", TINY),
    ("ls",),
    ("ls", "hf://models", "--sort", "trending"),
    ("ls", "hf://models/acme", "--sort", "likes"),
    ("ls", "hf://models/acme", "--sort", "trending"),
    ("ls", "hf://models/acme", "--type", "file"),
    ("ls", "hf://models/trending", "--limit", "3"),
    ("ls", "hf://models/trending", "--limit", "100"),
    ("ls", "hf://papers", "--sort", "trending"),
    ("ls", f"{DAILY}/latest", "--limit", "2"),
    ("ls", f"{DAILY}/latest", "--sort", "upvotes"),
    ("ls", "hf://docs/transformers", "--recursive"),
    ("find", TINY, "--name", "*.json"),
    ("find", TINY, "--name", "*.{json,md}"),
    ("find", TINY, "--path", "images/*"),
    ("find", TINY, "--glob", "**/*.json"),
    ("find", TINY, "--type", "dir"),
    ("find", TINY, "--limit", "2"),
    ("find", "hf://datasets/acme/squad"),
    ("find", f"{DAILY}/latest", "--name", "*"),
    ("find", "hf://docs/transformers", "--name", "*pipe*"),
    ("find", "hf://collections/acme", "--name", "*tiny*"),
    ("cat", TINY, "README.md"),
    ("cat", f"{TINY}/README.md", "--max-bytes", "10"),
    ("cat", f"{TINY}/README.md", "--offset", "10", "--max-bytes", "10"),
    ("cat", f"{TINY}/README.md", "--offset", "100000"),
    ("cat", f"{TINY}/README.md", "--max-bytes", "0"),
    ("cat", f"{TINY}/README.md", "--max-bytes", "-1"),
    ("cat", f"{TINY}/README.md", "--max-bytes", "999999"),
    ("cat",),
    ("stat", TINY, "README.md"),
)


def operations() -> Iterator[Asked]:
    for place in PLACES:
        yield from (Asked(command, (place,)) for command in COMMANDS)
    for token in ("hf_alice", "hf_bob"):
        for place in PRIVATE_PLACES:
            yield from (Asked(command, (place,), token) for command in COMMANDS[:4])
    yield from (Asked("search", args) for args in SEARCHES)
    yield from (Asked(command, args) for command, *args in WITH_OPTIONS)
