"""The documentation of the stand-in Hub, for which the public client has no functions."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.standins.serve import Running


@pytest.fixture
def client(hub: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=hub.url, trust_env=False) as client:
        yield client


def test_lists_products_here_and_elsewhere(client: httpx.Client):
    urls = {product["id"]: product["url"] for product in client.get("/api/docs").json()}

    assert urls["tgi"] == "/docs/text-generation-inference"
    assert urls["gradio"].startswith("https://www.gradio.app/")


@pytest.mark.parametrize(
    ("product", "line"),
    [
        ("hub", "- [Model Cards](https://huggingface.co/docs/hub/model-cards.md)"),
        (
            "transformers",
            "- [BERT](https://huggingface.co/docs/transformers/v5.1.0/model_doc/bert.md)",
        ),
    ],
)
def test_indexes_pages(client: httpx.Client, product: str, line: str):
    index = client.get(f"/docs/{product}/llms.txt")

    assert index.headers["content-type"].startswith("text/plain")
    assert line in index.text.splitlines()


def test_every_page_of_an_index_is_there(client: httpx.Client):
    for product in ("hub", "transformers", "huggingface_hub", "text-generation-inference"):
        for line in client.get(f"/docs/{product}/llms.txt").text.splitlines():
            if line.startswith("- ["):
                path = line.partition("https://huggingface.co")[2].rstrip(")")
                page = client.get(path)
                assert page.headers["content-type"] == "text/markdown; charset=utf-8"


@pytest.mark.parametrize("version", ["", "v5.1.0/", "main/en/"])
def test_serves_a_page_of_any_version(client: httpx.Client, version: str):
    page = client.get(f"/docs/transformers/{version}main_classes/pipelines.md")

    assert "#### transformers.pipeline[[transformers.pipeline]]" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/docs/inference-endpoints/llms.txt",
        "/docs/no-such-product/llms.txt",
        "/docs/hub/no-such-page.md",
        "/docs/hub/v1.0.0/model-cards.md",
    ],
)
def test_misses_what_is_not_there(client: httpx.Client, path: str):
    assert client.get(path).status_code == 404


def by_meaning(client: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/docs/search", params=params).json()
    return found


def test_finds_passages_by_meaning(client: httpx.Client):
    [best, *_] = by_meaning(client, q="specify base models")
    elsewhere = by_meaning(client, q="tools for an assistant", product="gradio")

    assert best["source_page_url"] == (
        "https://huggingface.co/docs/hub/model-cards#specifying-a-base-model"
    )
    assert [best[f"heading{level}"] for level in (1, 2, 3)] == [
        "Model Cards",
        "Model card metadata",
        "Specifying a base model",
    ]
    assert best["text"].startswith("<p>")
    assert [hit["source_page_url"] for hit in elsewhere] == [
        "https://www.gradio.app/docs/gradio/interface#launch"
    ]


def test_finds_passages_of_one_product(client: httpx.Client):
    everywhere = by_meaning(client, q="pipelines", limit=50)
    there = by_meaning(client, q="pipelines", product="diffusers", limit=50)

    assert {hit["product"] for hit in everywhere} >= {"transformers", "diffusers"}
    assert {hit["product"] for hit in there} == {"diffusers"}


def test_finds_words(client: httpx.Client):
    params = {"q": "LoRA", "domain": "diffusers"}

    hits = client.get("/api/docs/search/full-text", params=params).json()["hits"]

    assert [hit["url"] for hit in hits] == ["/docs/diffusers/main/en/quicktour#lora"]
    assert hits[0]["hierarchy_lvl2"] == "LoRA"


@pytest.mark.parametrize("path", ["/api/docs/search", "/api/docs/search/full-text"])
@pytest.mark.parametrize("params", [{}, {"q": "x" * 251}, {"q": "x", "limit": "none"}])
def test_refuses_a_bad_query(client: httpx.Client, path: str, params: dict[str, str]):
    assert client.get(path, params=params).status_code == 400
