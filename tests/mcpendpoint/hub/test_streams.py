import asyncio
from contextlib import AsyncExitStack

import pytest

from accounts.outgoing.callers import acting_for
from accounts.outgoing.pools import STREAMS
from mcpendpoint.hub import errors, jobs
from mcpendpoint.hub.client import HubClient
from tests.mcpendpoint.hub_side import fresh_token

SPEC = {"dockerImage": "python:3.12", "command": ["seq", "1", "3"]}


async def started_by(client):
    who = (await client.get_json("/api/whoami-v2"))["name"]
    return who, (await jobs.run_job(client, who, SPEC)).id


def follow(client, job):
    return jobs.follow_logs(client, *job, tail=10)


async def test_events_come_one_by_one(hub_side):
    client = HubClient(fresh_token())

    async with follow(client, await started_by(client)) as events:
        found = [event async for event in events]

    assert [b'"1"' in event for event in found] == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 401}, errors.HubTokenRefused),
        ({"status": 403}, errors.HubForbidden),
        ({"status": 404}, errors.HubNotFound),
        ({"status": 429}, errors.HubRateLimited),
        ({"status": 500}, errors.HubUnavailable),
        ({"status": 502, "body": "<html>no</html>"}, errors.HubUnavailable),
        ({"status": 200, "body": "<html>hello</html>"}, errors.HubBadAnswer),
        ({"status": 302, "headers": {"Location": "https://evil.example/"}}, errors.HubBadAnswer),
        ({"status": 307, "headers": {"Location": "/api/models"}}, errors.HubBadAnswer),
        ({"cut": True}, errors.HubUnavailable),
    ],
)
async def test_what_goes_wrong_is_told_apart(hub_side, fault, error):
    client = HubClient(fresh_token())
    job = await started_by(client)
    hub_side.break_at("/logs", **fault)

    with pytest.raises(error):
        async with follow(client, job) as events:
            async for _ in events:
                pass

    assert len(hub_side.asked("/logs$")) == 1


async def test_a_stream_larger_than_is_wanted_is_given_up(hub_side):
    client = HubClient(fresh_token())
    who, job_id = await started_by(client)

    with pytest.raises(errors.HubBadAnswer, match="larger than 50 bytes"):
        path = f"/api/jobs/{who}/{job_id}/logs"
        async with client.follow(path, max_bytes=50) as events:
            async for _ in events:
                pass


async def test_a_caller_follows_few_at_once_and_gets_a_place_back(hub_side):
    client, other = HubClient(fresh_token()), HubClient(fresh_token())
    job, others_job = await started_by(client), await started_by(other)

    async with AsyncExitStack() as streams:
        with acting_for("alice"):
            for _ in range(STREAMS.limits.per_caller):
                await streams.enter_async_context(follow(client, job))
            with pytest.raises(errors.HubBusy):
                await streams.enter_async_context(follow(client, job))
        with acting_for("bob"):
            await streams.enter_async_context(follow(other, others_job))
    async with follow(client, job) as events:
        assert [event async for event in events]


async def test_nobody_who_is_not_there_can_be_followed(settings):
    settings.HF_ENDPOINT = "http://127.0.0.1:9"

    with pytest.raises(errors.HubUnavailable):
        async with HubClient("hf_alice").follow("/api/jobs/alice/1/logs", max_bytes=1):
            pass


async def test_who_leaves_a_stream_ends_it_at_the_hub(settings):
    is_left = asyncio.Event()

    async def send_without_end(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        assert await reader.read() == b""  # the client hung up
        writer.close()
        is_left.set()

    async with await asyncio.start_server(send_without_end, "127.0.0.1", 0) as server:
        settings.HF_ENDPOINT = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with HubClient("hf_alice").follow("/log", max_bytes=100) as events:
            assert await anext(events) == b"1"
        async with asyncio.timeout(5):
            await is_left.wait()
