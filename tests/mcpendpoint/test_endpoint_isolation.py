"""Many people at once through one process: no answer, tool or token of one reaches another."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

import httpx

from tests.live.people import Person, post_form
from tests.mcpendpoint.wire import BOTH, LEGACY, Json, modern, modern_headers, request

SEARCH, DETAILS, WHOAMI = "hub_repo_search", "hub_repo_details", "hf_whoami"
MAKER = "acme/image-maker"
ROUNDS = 60
AT_ONCE = 20


@dataclass(frozen=True)
class Member:
    person: Person
    tools: tuple[str, ...]
    has_space: bool


async def post(
    client: httpx.AsyncClient, url: str, member: Member, body: Any, headers: dict[str, str]
) -> Any:
    answer = await client.post(
        url, json=body, headers={**headers, "Authorization": f"Bearer {member.person.token}"}
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        data = [line for line in answer.text.splitlines() if line.startswith("data: ")]
        return httpx.Response(200, content=data[-1].removeprefix("data: ")).json()
    return answer.json()


def legacy(method: str, params: Json | None = None) -> tuple[Json, dict[str, str]]:
    return request(method, params), {"MCP-Protocol-Version": LEGACY, "Accept": BOTH}


def modern_call(tool: str) -> tuple[Json, dict[str, str]]:
    body = modern("tools/call", {"name": tool, "arguments": {}})
    return body, modern_headers(body)


async def check_list(client, url, member):
    answer = await post(client, url, member, *legacy("tools/list"))
    names = [tool["name"] for tool in answer["result"]["tools"]]

    assert [name for name in names if not name.startswith("gr")] == [WHOAMI, *member.tools]
    assert ("gr1_whoami" in names) is member.has_space


async def check_whoami(client, url, member):
    answer = await post(client, url, member, *modern_call(WHOAMI))

    assert member.person.name in str(answer["result"]["structuredContent"])


async def check_denied(client, url, member):
    (missing,) = {SEARCH, DETAILS} - set(member.tools)

    answer = await post(client, url, member, *modern_call(missing))

    assert answer["error"]["data"]["reason"] == "not_selected"


async def check_token_at_the_space(client, url, member):
    answer = await post(client, url, member, *modern_call("gr1_whoami"))

    if member.has_space:
        assert member.person.hf_id in str(answer["result"]["content"])
    else:
        assert answer["error"]["data"]["reason"] == "not_selected"


async def check_batch(client, url, member):
    batch = [
        request("tools/list", request_id="list"),
        request("tools/call", {"name": WHOAMI, "arguments": {}}, "me"),
    ]
    answers = {
        answer["id"]: answer["result"] for answer in await post(client, url, member, batch, {})
    }

    assert [tool["name"] for tool in answers["list"]["tools"]][0] == WHOAMI
    assert member.person.name in str(answers["me"]["content"])


CHECKS = (check_list, check_whoami, check_denied, check_token_at_the_space, check_batch)


async def test_people_with_different_selections_never_see_each_others(product, space, settled_user):
    members = []
    for tools, has_space in [((SEARCH,), True), ((DETAILS,), False), ((DETAILS,), True)]:
        person, client = settled_user(*tools)
        if has_space:
            post_form(client, "/settings/spaces/add/", {"space_id": MAKER})
        members.append(Member(person, tools, has_space))
    slots = asyncio.Semaphore(AT_ONCE)

    async def run(client, check, member):
        url = random.choice([f"{product.url}/mcp", f"{product.url}/u/{member.person.name}/mcp"])
        async with slots:
            await check(client, url, member)

    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        jobs = [run(client, check, m) for check in CHECKS for m in members for _ in range(ROUNDS)]
        random.shuffle(jobs)
        await asyncio.gather(*jobs)
