"""hf://docs: what each operation says about each kind of URI, and sections of pages."""

import pytest

from mcpendpoint.hub.docs import alias_of, parse_manifest
from mcpendpoint.tools.hf_fs.docs_sections import find_section
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.hf_fs.calling import code_of, error_of, result_of, run, uris_of

PIPELINES = "hf://docs/transformers/v5.1.0/main_classes/pipelines.md"
REFERENCE = "hf://docs/huggingface_hub/v2.4.0/package_reference/hf_api.md"


async def test_products_are_listed_without_asking_for_each_index(hub_side):
    uris = await uris_of("ls hf://docs")

    assert uris[:3] == [f"hf://docs/{name}" for name in ("hub", "huggingface_hub", "transformers")]
    assert "hf://docs/gradio" not in uris  # it is documented elsewhere
    assert len(hub_side.asked()) == 1


async def test_folders_of_a_product_are_those_of_its_index(hub_side):
    assert await uris_of("ls hf://docs/transformers") == ["hf://docs/transformers/v5.1.0"]
    result = await result_of("ls hf://docs/transformers/v5.1.0")
    types = [entry["type"] for entry in result["entries"]]
    assert types == sorted(types)
    (page,) = (e for e in result["entries"] if e["name"] == "quicktour.md")
    assert page["title"] == "Quickstart"
    assert page["url"] == "https://huggingface.co/docs/transformers/v5.1.0/quicktour.md"


async def test_a_product_has_the_name_in_its_url_as_well(hub_side):
    assert await uris_of("ls hf://docs/text-generation-inference") == await uris_of(
        "ls hf://docs/tgi"
    )


@pytest.mark.parametrize(
    ("line", "uris"),
    [
        (
            "find hf://docs --name quicktour.md",
            [
                "hf://docs/transformers/v5.1.0/quicktour.md",
                "hf://docs/diffusers/v0.36.0/quicktour.md",
            ],
        ),
        (
            "ls hf://docs -R --glob 'diffusers/*/api/*/*'",
            ["hf://docs/diffusers/v0.36.0/api/pipelines/overview.md"],
        ),
        ("find hf://docs/transformers --path '*/main_classes/pip*.md'", [PIPELINES]),
        ("find hf://docs/transformers/v5.1.0/main_classes --path 'pip*'", [PIPELINES]),
        (f"find {PIPELINES}", [PIPELINES]),
        (f"find {PIPELINES} --name x", []),
        ("find hf://docs/tgi --type dir", ["hf://docs/tgi/basic_tutorials"]),
    ],
)
async def test_pages_are_found_by_name(hub_side, line, uris):
    assert await uris_of(line) == uris


async def test_who_finds_nothing_is_told_how_globs_match(hub_side):
    assert "--path" in (await result_of("find hf://docs/hub --name x"))["warnings"][0]


async def test_an_index_that_cannot_be_had_does_not_hide_the_others(hub_side):
    hub_side.break_at("/docs/hub/llms.txt", status=503, headers={"Retry-After": "0"})

    result = await result_of("find hf://docs --name quicktour.md")

    assert len(result["entries"]) == 2
    assert "hub" in result["warnings"][0]


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("hf://docs", "dir"),
        ("hf://docs/hub", "dir"),
        ("hf://docs/transformers/v5.1.0", "dir"),
        (PIPELINES, "file"),
        ("hf://docs/transformers/main_classes/pipelines", "file"),
        ("hf://docs/transformers/v5.1.0/nothing.md", "missing"),
        ("hf://docs/nothing", "missing"),
        ("hf://docs/inference-endpoints", "missing"),
        ("hf://docs/gradio", "missing"),
    ],
)
async def test_everything_can_be_inspected(hub_side, uri, kind):
    result = await result_of(["stat", uri])

    assert (result["type"], result["exists"]) == (kind, kind != "missing")


async def test_a_page_is_read(hub_side):
    result = await result_of(f"cat {PIPELINES}")

    assert result["content"].startswith("# Pipelines")
    assert (result["content_type"], result["path"]) == (
        "text/markdown",
        "v5.1.0/main_classes/pipelines.md",
    )


@pytest.mark.parametrize(
    "path",
    ["main_classes/pipelines.md", "main_classes/pipelines", "main/en/main_classes/pipelines"],
)
async def test_a_page_is_found_without_version_or_ending(hub_side, path):
    result = await result_of(f"cat hf://docs/transformers/{path}")

    assert result["uri"] == PIPELINES


async def test_a_section_is_read_by_its_anchor(hub_side):
    result = await result_of(f"cat {REFERENCE}#huggingface_hub.HfApi.create_repo")

    assert result["section"] == "create_repo"
    assert result["content"].startswith("#### create_repo")
    assert "#### delete" not in result["content"]
    rest = await result_of(f"cat {REFERENCE}#huggingface_hub.HfApi.create_repo --offset 5")
    assert result["content"].encode()[5:].decode() == rest["content"]


async def test_a_long_page_is_read_in_parts(hub_side):
    whole, offset = "", 0
    while offset is not None:
        result = await result_of(f"cat {REFERENCE} --offset {offset} --max-bytes 33333")
        whole += result["content"]
        offset = result.get("next_offset")

    assert len(whole.encode()) == result["size"] > 60_000


async def test_a_search_finds_sections(hub_side):
    result = await result_of("search hf://docs/transformers pipeline")

    assert 0 < len(result["entries"]) <= 5
    first = result["entries"][0]
    assert first["type"] == "file"
    assert first["uri"].endswith(f"#{first['anchor']}")
    assert first["description"]
    assert first["library"] == "transformers"
    read = await result_of(["cat", first["uri"]])
    assert read["content"]
    assert hub_side.asked("full-text") == []


async def test_a_search_of_all_products_names_the_product(hub_side):
    result = await result_of("search hf://docs stream tokens --limit 25")

    assert result["entries"][0]["path"].startswith(f"{result['entries'][0]['library']}/")
    assert len({entry["uri"].partition("#")[0] for entry in result["entries"]}) == len(
        result["entries"]
    )


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("hf://docs/transformers/v5.1.0/main_classes", "pipelines.md"),
        (PIPELINES, "pipelines.md"),
        ("hf://docs/transformers", "v5.1.0/main_classes/pipelines.md"),
    ],
)
async def test_a_search_stays_within_its_scope(hub_side, scope, path):
    result = await result_of(["search", scope, "pipeline batching"])

    assert path in [entry["path"] for entry in result["entries"]]
    start = scope.removesuffix(".md")
    assert all(entry["uri"].startswith(start) for entry in result["entries"])


async def test_words_are_searched_where_meaning_finds_nothing(hub_side):
    hub_side.break_at("^/api/docs/search\\?", status=503, headers={"Retry-After": "0"})

    result = await result_of("search hf://docs/hub docker")

    assert result["entries"]
    assert hub_side.asked("full-text")


async def test_a_search_that_fails_altogether_says_so(hub_side):
    hub_side.break_at("^/api/docs/search", status=429)

    error = await error_of("search hf://docs/hub docker")

    assert (error["code"], error["retryable"]) == ("HF_FS_RATE_LIMITED", True)


async def test_a_search_goes_on(hub_side):
    first = await result_of("search hf://docs/hub hub --limit 1")
    assert "up to 25" in first["truncation_message"]
    second = await uris_of("search hf://docs/hub hub --limit 1 --offset 1")
    assert second
    assert second != [entry["uri"] for entry in first["entries"]]


async def test_documentation_is_asked_for_as_nobody(hub_side):
    token = fresh_token()

    await run("ls hf://docs", f"cat {PIPELINES}", "search hf://docs pipeline", token=token)

    assert hub_side.asked()
    assert not any(entry["has_authorization"] for entry in hub_side.asked())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cat hf://docs", "NOT_A_FILE"),
        ("cat hf://docs/hub", "NOT_A_FILE"),
        ("cat hf://docs/transformers/v5.1.0", "NOT_A_FILE"),
        (f"attach {PIPELINES}", "NOT_A_FILE"),
        (f"ls {PIPELINES}", "NOT_A_DIRECTORY"),
        ("ls hf://docs/nothing", "NOT_FOUND"),
        ("ls hf://docs/gradio", "NOT_FOUND"),
        ("ls hf://docs/inference-endpoints", "NOT_FOUND"),
        ("ls hf://docs/hub/nothing", "NOT_FOUND"),
        ("find hf://docs/hub/nothing", "NOT_FOUND"),
        ("cat hf://docs/hub/nothing.md", "NOT_FOUND"),
        (f"cat {PIPELINES}#nothing-like-it", "NOT_FOUND"),
        ("ls hf://docs --sort likes", "INVALID_ARGUMENT"),
        ("search hf://docs x --sort likes", "INVALID_ARGUMENT"),
        (f"ls {PIPELINES}#pipelines", "INVALID_ARGUMENT"),
        (f"find {PIPELINES}#pipelines", "INVALID_ARGUMENT"),
        (f"stat {PIPELINES}#pipelines", "INVALID_ARGUMENT"),
        (f"search {PIPELINES}#pipelines x", "INVALID_ARGUMENT"),
        ("search hf://docs x --limit 26", "INVALID_ARGUMENT"),
        (f"search hf://docs {'x' * 251}", "INVALID_ARGUMENT"),
        ("search hf://docs/nothing x", "NOT_FOUND"),
        ("search hf://docs/hub/nothing x", "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_done_has_a_code(hub_side, line, code):
    assert await code_of(line) == code


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ls hf://docs/hub/hub/index.md", "Use: hf://docs/hub/index.md"),
        ("cat hf://docs/tgi/text-generation-inference/index.md", "Use: hf://docs/tgi/index.md"),
        ("cat hf://docs/hub/hub/index.md#hub", "Use: hf://docs/hub/index.md#hub"),
        ("search hf://docs/tgi/tgi/basic_tutorials x", "Use: hf://docs/tgi/basic_tutorials"),
    ],
)
async def test_a_product_that_appears_twice_is_corrected(hub_side, line, says):
    error = await error_of(line)

    assert error["code"] == "HF_FS_INVALID_ARGUMENT"
    assert "the product appears twice in this documentation URI" in error["message"]
    assert says in error["message"]


def test_an_index_is_its_links_to_pages_of_the_product():
    manifest = parse_manifest(
        "hub",
        """# Hub
- [One](https://huggingface.co/docs/hub/one.md) and [Two](http://x.example/docs/hub/a/two.md)
- [Again](https://huggingface.co/docs/hub/one.md) [](https://huggingface.co/docs/hub/no-title.md)
- [Elsewhere](https://huggingface.co/docs/other/x.md) [Page](https://huggingface.co/docs/hub/page)
- [Up](https://huggingface.co/docs/hub/../x.md) [Space](https://huggingface.co/docs/hub/a%20b.md)
""",
    )

    assert manifest.titles == {"one.md": "One", "a/two.md": "Two", "a b.md": "Space"}
    assert manifest.folders == {"a"}


@pytest.mark.parametrize(
    ("path", "alias"),
    [
        ("v5.1.0/en/a/b.md", "a/b.md"),
        ("main/en/a/b.html", "a/b.md"),
        ("v5.1.0/a", "a.md"),
        ("en/a.md", "a.md"),
        ("main", "main.md"),
        ("a/main/b.md", "a/main/b.md"),
    ],
)
def test_versions_and_languages_do_not_tell_pages_apart(path, alias):
    assert alias_of(path) == alias


PAGE = """# Top

Intro.

## First part[[first]]

About `first_thing`.

```python
# not a heading
## First part
```

### Below

More.

## Größe & Höhe

Sizes.

## Last

Here is pkg.symbol_name, at the end.
"""


@pytest.mark.parametrize(
    ("anchor", "heading", "has", "has_not"),
    [
        ("first", "First part", "### Below", "Sizes"),
        ("FIRST", "First part", "### Below", "Sizes"),
        ("first-part", "First part", "# not a heading", "Sizes"),
        ("below", "Below", "More.", "Sizes"),
        ("größe--höhe", "Größe & Höhe", "Sizes.", "Here is"),
        ("top", "Top", "symbol_name", None),
        ("pkg.symbol_name", "Last", "at the end", "Sizes"),
    ],
)
def test_a_section_is_found_by_marker_heading_or_symbol(anchor, heading, has, has_not):
    section = find_section(PAGE, anchor)

    assert section.heading == heading
    assert has in section.content
    assert has_not is None or has_not not in section.content


@pytest.mark.parametrize("anchor", ["symbol", "nothing", "!!!", "pkg.", " "])
def test_there_may_be_no_such_section(anchor):
    assert find_section(PAGE, anchor) is None
