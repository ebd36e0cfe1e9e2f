"""Every tool's structured output is what its outputSchema says, over the wire, in both eras."""

from typing import Any

import jsonschema
import pytest

from tests.clients.test_python_clients import sdk_client

DATASET = ["overview", "dataset_structure", "dataset_preview"]
READS: dict[str, dict[str, Any]] = {
    "hf_whoami": {},
    "hub_repo_search": {"query": "tiny", "repo_types": ["model", "dataset", "space"]},
    "hub_repo_details": {"repo_ids": ["acme/squad", "alice", "no/such"], "operations": DATASET},
    "hf_fs": {"operations": [{"cmd": "ls", "args": ["hf://models/acme/tiny-llm"]}]},
    "model_search": {"query": "tiny"},
    "model_details": {"model_id": "acme/tiny-llm"},
    "dataset_search": {"query": "squad"},
    "dataset_details": {"dataset_id": "acme/squad"},
    "space_search": {"query": "make an image"},
    "space_info": {"username": "acme"},
    "space_files": {"spaceName": "acme/image-maker"},
    "paper_search": {"query": "transformer"},
    "get-paper-info": {"arxiv_id": "2502.02737"},
    "get-daily-papers": {},
    "hf_doc_search": {"query": "pipeline"},
    "hf_doc_fetch": {"doc_url": "https://huggingface.co/docs/hub/security-tokens"},
    "search-collections": {"query": "tiny"},
}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_every_tool_answers_as_it_promised(everything, mode):
    async with sdk_client(everything.url, everything.headers, mode) as client:
        schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}

        async def content_of(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result.content
            jsonschema.Draft202012Validator(schemas[name]).validate(result.structured_content)
            called.add(name)
            return result.structured_content

        called: set[str] = set()
        for name, arguments in READS.items():
            await content_of(name, arguments)

        found = await content_of("search-collections", {"owner": "acme"})
        namespace, _, collection = found["results"][0]["slug"].partition("/")
        where = {"namespace": namespace, "collection_id": collection}
        await content_of("get-collection-info", where)

        repo = f"hf://models/{everything.name}/notes"
        await content_of("create_repo", {"uri": repo})
        put = {"cmd": "put", "args": [f"{repo}/a.txt"], "content": "Hello"}
        await content_of("hf_fs_write", put)
        await content_of("duplicate_space", {"sourceSpaceId": "acme/image-maker"})

        await content_of("upload_file", {"text": "Hello", "name": "a.txt"})

        await content_of("dynamic_space", {"operation": "find", "search_query": "make an image"})

        await content_of("hf_jobs", {"operation": "ps", "args": {"all": True}})
        handle = (await content_of("hf_sandbox", {"cmd": "create"}))["handle"]
        await content_of("hf_sandbox_exec", {"cmd": "exec", "args": [handle, "echo hello"]})
        await content_of("hf_sandbox_fs", {"cmd": "ls", "args": [handle, "/"]})
        await content_of("hf_sandbox", {"cmd": "terminate", "args": [handle]})

    assert called == schemas.keys()
