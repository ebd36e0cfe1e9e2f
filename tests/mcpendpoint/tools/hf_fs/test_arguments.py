import shlex

import pytest

from mcpendpoint.tools.hf_fs.arguments import EntryType, Sort, parse_operation
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.options import Command


def parse(line):
    command, *args = shlex.split(line)
    return parse_operation(Command(command), args)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ls hf://models/a --limit 5", {"limit": 5}),
        ("ls hf://models/a -limit 5", {"limit": 5}),
        ("ls hf://models/a --limit=5", {"limit": 5}),
        ("ls --limit 5 hf://models/a", {"limit": 5}),
        ("ls hf://models/a", {"limit": 1_000, "offset": 0, "recursive": False}),
        ("ls hf://models/a --offset 40", {"offset": 40}),
        ("ls hf://models/a -l -a -la --long", {"recursive": False}),
        ("ls hf://models/a/b -R", {"recursive": True}),
        ("ls hf://models/a/b -r", {"recursive": True}),
        ("ls hf://models/a/b -lR", {"recursive": True}),
        ("ls hf://models/a/b -laR", {"recursive": True}),
        ("ls hf://models/a/b --recursive", {"recursive": True}),
        ("ls hf://models/a/b --glob '*.md'", {"path_glob": "*.md", "name_glob": None}),
        ("ls hf://models/a/b --type f", {"entry_type": EntryType.FILE}),
        ("ls hf://models/a/b -type d", {"entry_type": EntryType.DIR}),
        ("ls hf://papers/1234.56789 --entry-type l", {"entry_type": EntryType.LINK}),
        ("ls hf://models/a --type model", {"entry_type": EntryType.REPO}),
        ("ls hf://models/a --sort likes30d", {"sort": Sort.LIKES_30D}),
        ("ls ls hf://models/a", {"uri": "hf://models/a"}),
        ("find hf://models/a/b --name x --path 'y/**'", {"name_glob": "x", "path_glob": "y/**"}),
        ("find hf://models/a/b -name x -path y", {"name_glob": "x", "path_glob": "y"}),
        ("find hf://models/a/b --glob x -R --recursive", {"name_glob": "x", "path_glob": None}),
        ("cat hf://models/a/b/c", {"max_bytes": 20_000, "offset": 0}),
        ("cat hf://models/a/b/c --max-bytes 0", {"max_bytes": 80_000}),
        ("cat hf://models/a/b/c --offset 7 -max-bytes 9", {"max_bytes": 9, "offset": 7}),
        ("cat hf://models/a/b c/d", {"uri": "hf://models/a/b/c/d"}),
        ("stat hf://models/a/b/ /c", {"uri": "hf://models/a/b/c"}),
        ("attach hf://models/a/b/c.png", {"max_bytes": 8_388_608}),
        ("attach hf://models/a/b/c.png --max-bytes 1", {"max_bytes": 1}),
        ("search hf://models two words", {"query": "two words", "limit": 100}),
        ("search hf://models 'two words'", {"query": "two words"}),
        ("search hf://models --query ' two words '", {"query": "two words"}),
        ("search hf://models", {"query": ""}),
        ("search hf://collections/a", {"query": ""}),
        ("search hf://papers x --limit 1000", {"limit": 1_000}),
        ("search hf://docs/hub/index.md x", {"uri": "hf://docs/hub/index.md"}),
        ("search hf://spaces x --tag a --tag b --tag a", {"tags": ("a", "b")}),
        ("search hf://spaces --kind mcp --tag a", {"tags": ("a", "mcp-server")}),
    ],
)
def test_a_command_line_is_understood(line, expected):
    operation = parse(line)

    found = {name: getattr(operation, name) for name in expected}
    if "uri" in found:
        found["uri"] = str(found["uri"])
    assert found == expected


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ls", "ls requires an hf:// URI"),
        ("cat --offset 1", "cat requires an hf:// URI"),
        ("ls x", "URI must start with hf://"),
        ("ls hf://models --bogus", "unexpected argument for ls: --bogus"),
        ("ls hf://models --recursive=maybe", "--recursive is either given or not"),
        ("ls hf://models x", "unexpected argument for ls: x"),
        ("cat hf://models/a/b c d", "unexpected argument for cat: d"),
        ("stat hf://models/a/b c d", "unexpected argument for stat: d"),
        ("attach hf://models/a/b c", "unexpected argument for attach: c"),
        ("stat hf://models/a/b --limit 1", "unexpected argument for stat: --limit"),
        ("attach hf://models/a/b --offset 1", "unexpected argument for attach: --offset"),
        ("find hf://models/a --sort likes", "unexpected argument for find: --sort"),
        ("cat hf://models/a/b --limit 1", "unexpected argument for cat: --limit"),
        ("ls hf://models --limit 1 --limit 2", "duplicate option for limit: --limit"),
        ("ls hf://models --limit 1 -limit 2", "duplicate option for limit: -limit"),
        ("find hf://models/a --name a --glob b", "duplicate option for name: --glob"),
        ("search hf://models a --query b", "duplicate option for query: --query"),
        ("ls hf://models --limit", "--limit requires a value"),
        ("ls hf://models --glob", "--glob requires a value"),
        ("ls hf://models --limit x", "--limit requires an integer"),
        ("ls hf://models --limit 1.5", "--limit requires an integer"),
        ("ls hf://models --limit ١", "--limit requires an integer"),
        ("ls hf://models --limit 99999999999999999999", "--limit requires an integer"),
        ("ls hf://models --limit=", "--limit requires an integer"),
        ("ls hf://models/a --limit 0", "limit must be between 1 and 10000 for this command"),
        ("ls hf://models/a --limit -1", "limit must be between 1 and 10000 for this command"),
        ("find hf://models/a --limit 10001", "limit must be between 1 and 10000"),
        ("search hf://models --limit 1001", "limit must be between 1 and 1000 for"),
        ("ls hf://models/trending --limit 21", "limit must be between 1 and 20 for"),
        ("ls hf://models --sort trending --limit 21", "limit must be between 1 and 20 for"),
        ("cat hf://models/a/b/c --max-bytes -1", "max_bytes must be between 0 and 80000"),
        ("cat hf://models/a/b/c --max-bytes 80001", "max_bytes must be between 0 and 80000"),
        (
            "attach hf://models/a/b/c --max-bytes 0",
            "attach max_bytes must be between 1 and 8388608",
        ),
        ("attach hf://models/a/b/c --max-bytes 8388609", "attach max_bytes must be between 1 and"),
        ("cat hf://models/a/b/c --offset -1", "offset must be non-negative"),
        ("ls hf://models/a --offset -1", "offset must be non-negative"),
        ("ls hf://models/a --type x", "invalid entry type: x. Use --type file for files."),
        ("ls hf://models/a --sort x", "invalid sort: x"),
        ("ls hf://models/a --glob ''", "glob must have between"),
        (f"ls hf://models/a --glob {'x' * 501}", "glob must have between"),
        ("search hf://spaces --kind x", "invalid Space kind: x. Supported kinds: mcp"),
        ("search hf://spaces --tag ''", "tags must contain between 1 and 100"),
        (f"search hf://spaces --tag {'x' * 101}", "tags must contain between 1 and 100"),
        ("search hf://spaces" + " --tag a" * 21, "at most 20 Space tags"),
        ("search hf://spaces/a --tag x", "--tag and --kind are supported only with search"),
        ("search hf://models --kind mcp", "--tag and --kind are supported only with search"),
        ("ls hf://spaces --tag x", "unexpected argument for ls: --tag"),
        ("search hf://papers", "search requires a positional query or --query"),
        ("search hf://docs/hub --query ' '", "search requires a positional query or --query"),
        (f"search hf://models {'x' * 1_001}", "query is longer than"),
        ("search hf:// x", "search requires hf://models|datasets|spaces[/OWNER]"),
        ("search hf://README.md x", "search requires hf://models"),
        ("search hf://models/a/b x", "search requires hf://models"),
        ("search hf://models/gpt2@main x", "search requires hf://models"),
        ("search hf://models/trending x", "search requires hf://models"),
        ("search hf://papers/daily x", "search requires hf://models"),
        ("search hf://buckets/a x", "search requires hf://models"),
        ("search hf://collections/a/b x", "search requires hf://models"),
        ("ls hf://models --sort trending -R", "does not support recursive or glob"),
        ("ls hf://papers --sort trending --glob x", "does not support recursive or glob"),
        (["ls", "hf://models", "\ud800"], "not valid Unicode"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(line, says):
    command, *args = shlex.split(line) if isinstance(line, str) else line
    with pytest.raises(Failure) as caught:
        parse_operation(Command(command), args)

    assert caught.value.code == "HF_FS_INVALID_ARGUMENT"
    assert caught.value.message.startswith("EINVAL: ")
    assert says in caught.value.message
    assert caught.value.recovery


@pytest.mark.parametrize("root", ["models", "datasets", "spaces", "papers"])
def test_sorting_a_root_by_trend_means_its_trending_folder(root):
    operation = parse(f"ls hf://{root} --sort trending --limit 3")

    assert str(operation.uri) == f"hf://{root}/trending"
    assert operation.sort is None
    assert operation.warnings == (
        f"Treated --sort trending on hf://{root} as hf://{root}/trending.",
    )


def test_what_a_trending_folder_is_anyway_is_ignored_with_a_warning():
    operation = parse("ls hf://spaces/trending --sort trendingScore --type repo")

    assert (operation.sort, operation.entry_type) == (None, None)
    assert len(operation.warnings) == 2


ARGV_MEANT = [
    ("ls", ["hf://models/a/b", "--RECURSIVE"], ["hf://models/a/b", "--recursive"]),
    ("ls", ["hf://models/a/b", "--recursive=true"], ["hf://models/a/b", "--recursive"]),
    ("ls", ["hf://models/a/b", "--recursive=false"], ["hf://models/a/b"]),
    ("ls", ["hf://models/a", "--limit", "10.0"], ["hf://models/a", "--limit", "10"]),
    ("ls", ["hf://models/a", "--type", "Files"], ["hf://models/a", "--type", "file"]),
    ("ls", ["hf://models/a", "--type", "directory"], ["hf://models/a", "--type", "dir"]),
    (
        "ls",
        ["hf://models/a", "--sort", "last_modified"],
        ["hf://models/a", "--sort", "lastModified"],
    ),
    ("ls", ["hf://models/a", "--sort", "newest"], ["hf://models/a", "--sort", "createdAt"]),
    ("cat", ["hf://models/a/b/c", "--maxBytes", "5"], ["hf://models/a/b/c", "--max-bytes", "5"]),
    ("cat", ["hf://models/a/b/c", "--max_bytes=5"], ["hf://models/a/b/c", "--max-bytes", "5"]),
    ("search", ["hf://spaces", "x", "--kind", "MCP"], ["hf://spaces", "x", "--kind", "mcp"]),
]


@pytest.mark.parametrize(("command", "written", "meant"), ARGV_MEANT)
def test_words_of_an_argv_are_known_in_other_spellings(command, written, meant):
    assert parse_operation(Command(command), written) == parse_operation(Command(command), meant)
