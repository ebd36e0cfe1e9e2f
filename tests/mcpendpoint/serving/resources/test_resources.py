"""Resources: what hf:// URIs lead to, read with the SDK's client in both eras."""

import base64
import json
from urllib.parse import unquote

import mcp
import pytest
from huggingface_hub import HfApi
from mcp_types import INVALID_PARAMS

from mcpendpoint.protocol import records
from mcpendpoint.protocol.messages import UNAVAILABLE
from mcpendpoint.serving.resources import reading
from mcpendpoint.serving.resources.serving import LEGACY_NOT_FOUND
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.in_process_client import ERAS, URL, connected
from tests.mcpendpoint.tools.calling import call
from tests.mcpendpoint.wire import Wire, modern, modern_headers, request
from tests.standins.hub.seed.odd_files import files

TINY = "hf://models/acme/tiny-llm"


async def read(uri, era="legacy", token=None, url=URL):
    async with connected(era, token, url=url) as client:
        return (await client.read_resource(uri)).contents


async def read_json(uri, **caller):
    first, *_ = await read(uri, **caller)
    assert first.mime_type == "application/json"
    return json.loads(first.text)


async def error_of(uri, era="legacy", token=None, url=URL):
    async with connected(era, token, url=url) as client:
        with pytest.raises(mcp.MCPError) as caught:
            await client.read_resource(uri)
    return caught.value.error


@pytest.mark.parametrize("era", ERAS)
async def test_clients_are_told_that_there_are_resources_prompts_and_completion(hub_side, era):
    async with connected(era) as client:
        capabilities = client.server_capabilities

    assert capabilities.resources.list_changed
    assert capabilities.prompts.list_changed
    assert capabilities.completions is not None


@pytest.mark.parametrize("era", ERAS)
async def test_everything_that_is_listed_can_be_read(hub_side, era):
    async with connected(era) as client:
        listed = (await client.list_resources()).resources

        for resource in listed:
            (content,) = (await client.read_resource(resource.uri)).contents
            assert content.uri == resource.uri
            assert content.mime_type == resource.mime_type
            assert content.text

    assert len({resource.name for resource in listed}) == len(listed)


@pytest.mark.django_db(transaction=True)
async def test_a_file_that_has_become_longer_meanwhile_is_read_as_it_is_now(hub_side):
    token = fresh_token()
    owner = HfApi(hub_side.url, token=token)
    repo = f"{token.removeprefix('hf_user_')}/notes"
    owner.create_repo(repo)
    file = {"path_in_repo": "a.txt", "repo_id": repo, "token": token}
    owner.upload_file(path_or_fileobj=b"short", **file)
    stat = {"cmd": "stat", "args": [f"hf://models/{repo}/a.txt"]}
    await call("hf_fs", token, operations=[stat])
    owner.upload_file(path_or_fileobj=b"something longer", **file)

    (content,) = await read(f"hf://models/{repo}/a.txt", token=token)

    assert content.text == "something longer"


@pytest.mark.parametrize("era", ERAS)
async def test_templates_are_listed(hub_side, era):
    async with connected(era) as client:
        templates = (await client.list_resource_templates()).resource_templates

    uris = [template.uri_template for template in templates]
    assert "hf://models/{owner}/{name}" in uris
    assert "hf://datasets/{owner}/{name}/{+path}" in uris
    assert "hf://papers/{paper_id}" in uris
    assert "hf://docs/{product}/{+path}" in uris
    assert len({template.name for template in templates}) == len(templates)


@pytest.mark.parametrize("era", ERAS)
async def test_a_repository_is_its_facts_and_its_readme(hub_side, era):
    facts, readme = await read("hf://models/google-bert/bert-base-uncased", era)

    known = json.loads(facts.text)
    assert (known["type"], known["id"]) == ("model", "google-bert/bert-base-uncased")
    assert known["license"] == ["apache-2.0"]
    assert readme.uri == "hf://models/google-bert/bert-base-uncased/README.md"
    assert readme.mime_type == "text/markdown"


async def test_a_repository_is_known_by_its_page_and_at_a_revision(hub_side):
    page = f"{hub_side.url}/datasets/rajpurkar/squad"

    assert (await read_json(page))["type"] == "dataset"
    assert (await read_json(f"{TINY}@main"))["id"] == "acme/tiny-llm"
    assert (await error_of(f"{TINY}@no-such-branch")).code == LEGACY_NOT_FOUND


async def test_a_repository_whose_readme_cannot_be_had_is_its_facts(hub_side):
    hub_side.break_at("README|paths-info", status=500)

    (facts,) = await read(TINY)

    assert json.loads(facts.text)["id"] == "acme/tiny-llm"


@pytest.mark.parametrize("era", ERAS)
async def test_a_text_is_given_as_text(hub_side, era):
    (content,) = await read(f"{TINY}/config.json", era)

    assert content.mime_type == "application/json"
    assert json.loads(content.text)["model_type"]


@pytest.mark.parametrize("era", ERAS)
async def test_an_image_is_given_whole(hub_side, era):
    (content,) = await read(f"{TINY}/images/logo.png", era)

    assert content.mime_type == "image/png"
    assert base64.b64decode(content.blob) == files()["images/logo.png"].content


async def test_any_other_file_is_given_whole_as_well(hub_side):
    (content,) = await read(f"{TINY}/model.safetensors")

    assert content.mime_type == "application/octet-stream"
    assert base64.b64decode(content.blob)


@pytest.mark.parametrize("name", ["with-nul.txt", "latin-1.txt"])
async def test_what_is_called_a_text_and_is_none_is_given_as_bytes(hub_side, name):
    (content,) = await read(f"{TINY}/text/{name}")

    assert base64.b64decode(content.blob) == files()[f"text/{name}"].content


@pytest.mark.parametrize("name", ["empty.txt", "50%25 off %231%3F.txt", "данные/файл-😀.txt"])
@pytest.mark.parametrize("era", ERAS)
async def test_a_file_of_an_odd_name_is_read(hub_side, era, name):
    (content,) = await read(f"{TINY}/{name}", era)

    assert content.text.encode() == files()[unquote(name)].content


async def test_a_folder_is_the_list_of_what_is_in_it(hub_side):
    listed = await read_json(f"{TINY}/images")

    assert f"{TINY}/images/logo.png" in [entry["uri"] for entry in listed["entries"]]


@pytest.mark.parametrize(
    ("uri", "inside"),
    [
        ("hf://", "hf://README.md"),
        ("hf://buckets/acme/files", "hf://buckets/acme/files/README.md"),
        ("hf://papers/daily/2025", "hf://papers/daily/2025/01"),
        (f"{TINY}@main/images", f"{TINY}@main/images/logo.png"),
    ],
)
async def test_whatever_is_a_folder_of_hf_fs_is_a_list(hub_side, uri, inside):
    assert inside in [entry["uri"] for entry in (await read_json(uri))["entries"]]


async def test_a_file_of_a_bucket_is_read(hub_side):
    (content,) = await read("hf://buckets/acme/files/README.md")

    assert content.mime_type == "text/markdown"


async def test_an_owner_is_the_list_of_their_repositories(hub_side):
    listed = await read_json("hf://models/HuggingFaceTB")

    assert "hf://models/HuggingFaceTB/SmolLM2-135M" in [e["uri"] for e in listed["entries"]]


async def test_a_paper_is_its_metadata_and_has_a_text(hub_side):
    assert (await read_json("hf://papers/2502.02737"))["title"].startswith("SmolLM2")
    (text,) = await read("hf://papers/2502.02737/paper.md")
    assert text.mime_type == "text/markdown"
    assert text.text.startswith("# SmolLM2")


async def test_a_page_of_the_documentation_and_one_of_its_sections_are_read(hub_side):
    listed = await read_json("hf://docs/transformers")
    page = "hf://docs/transformers/main_classes/pipelines.md"
    (whole,), (section,) = await read(page), await read(f"{page}#pipeline")

    assert listed["entries"]
    assert whole.mime_type == "text/markdown"
    assert 0 < len(section.text) < len(whole.text)


async def test_a_collection_is_its_items(hub_side):
    listed = await read_json("hf://collections/HuggingFaceTB")
    collection = next(entry["uri"] for entry in listed["entries"])

    assert (await read_json(collection))["items"]


@pytest.mark.parametrize(
    "uri",
    [
        "hf://models/acme/nothing",
        f"{TINY}/nothing.txt",
        "hf://papers/1001.00001",
        "hf://docs/no-such-product/page.md",
        "hf://collections/acme/nothing-at-all",
    ],
)
async def test_a_uri_that_leads_nowhere_has_the_error_of_its_era(hub_side, uri):
    legacy, modern_ = await error_of(uri, "legacy"), await error_of(uri, "auto")

    assert legacy.code == LEGACY_NOT_FOUND
    assert modern_.code == INVALID_PARAMS
    assert legacy.data["uri"] == modern_.data["uri"] == uri
    assert "ENOENT" not in legacy.message


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "uri",
    [
        "hf://nowhere",
        "https://example.org/x",
        "file:///etc/passwd",
        "hf://models/acme/../x",
        "hf://models/acme/tiny-llm/..%2f..%2fetc/passwd",
        "hf://models/" + "x" * 3_000,
    ],
)
async def test_what_is_no_uri_of_ours_is_refused_without_asking_anybody(hub_side, era, uri):
    error = await error_of(uri, era)

    assert error.code == INVALID_PARAMS
    assert "hf://README.md" in error.message
    assert hub_side.asked("models|datasets|resolve") == []


@pytest.mark.django_db(transaction=True)
async def test_a_private_file_is_its_owners_only(hub_side):
    uri = "hf://models/alice/private"

    assert (await read_json(uri, token="hf_alice"))["private"] is True
    for token in (None, "hf_bob"):
        assert (await error_of(uri, token=token)).code == LEGACY_NOT_FOUND
        assert (await error_of(f"{uri}/config.json", token=token)).code == LEGACY_NOT_FOUND


async def test_what_is_too_large_is_refused_with_a_way_to_read_it(hub_side):
    error = await error_of(f"{TINY}/images/poster.png")

    assert error.code == INVALID_PARAMS
    assert "hf_fs" in error.message
    assert hub_side.asked("/resolve/") == []


async def test_a_document_that_is_too_large_is_refused_as_well(hub_side, monkeypatch):
    monkeypatch.setattr(reading, "bytes_for_media", lambda: 10)

    assert "hf_fs" in (await error_of("hf://papers/2502.02737/paper.md")).message


async def test_images_are_left_out_where_they_are_not_wanted(hub_side):
    url = f"{URL}&no_image_content=true"

    assert "disabled" in (await error_of(f"{TINY}/images/logo.png", url=url)).message
    assert await read(f"{TINY}/config.json", url=url)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("fault", "is_retryable", "seconds"),
    [
        ({"status": 503}, True, None),
        ({"status": 429, "headers": {"Retry-After": "700"}}, True, 700),
        ({"status": 200, "body": "not JSON"}, False, None),
    ],
)
async def test_a_hub_that_does_not_answer_is_nobodys_fault(
    hub_side, era, fault, is_retryable, seconds
):
    hub_side.break_at("/api/models/acme/tiny-llm", **fault)

    error = await error_of(TINY, era)

    assert error.code == UNAVAILABLE
    assert error.data["retryable"] is is_retryable
    assert error.data.get("retryAfterSeconds") == seconds


async def test_what_is_read_is_recorded_by_its_method_and_outcome(hub_side, monkeypatch):
    heard = []
    monkeypatch.setattr(records, "_listeners", [heard.append])
    hub_side.break_at("/api/models/acme/tiny-llm", status=503)

    await read("hf://README.md")
    await error_of(TINY)
    await error_of("hf://nowhere")

    reads = [record for record in heard if record.method == "resources/read"]
    assert [record.outcome for record in reads] == ["ok", "tool_error", "rejected"]
    assert {record.tool for record in reads} == {""}


@pytest.mark.parametrize("method", ["resources/list", "resources/templates/list", "prompts/list"])
def test_lists_may_be_kept_for_a_while_and_for_whoever_asked(product, method):
    """A person's Spaces may be part of them."""
    wire = Wire(f"{product.url}/mcp?gradio=none")
    result = wire.modern(method).json()["result"]

    assert (result["cacheScope"], result["ttlMs"] > 0) == ("private", True)
    body = modern(method, {"cursor": "x"})
    refused = wire.post(body, modern_headers(body))
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == INVALID_PARAMS


def test_what_is_read_is_not_kept_for_others(product):
    wire = Wire(f"{product.url}/mcp?gradio=none")

    result = wire.modern("resources/read", {"uri": "hf://README.md"}).json()["result"]

    assert result["cacheScope"] == "private"


def test_a_batch_can_read(product):
    batch = [
        request("resources/read", {"uri": "hf://README.md"}, 1),
        request("prompts/list", {}, 2),
    ]

    answers = Wire(f"{product.url}/mcp?gradio=none").post(batch).json()

    assert all("result" in answer for answer in answers)
