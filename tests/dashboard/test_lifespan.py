import asyncio

from asgiref.testing import ApplicationCommunicator

from dashboard import lifespan
from dashboard.recorder import Recorder
from tests.dashboard.factories import make_record


async def test_a_server_that_ends_properly_loses_no_count(monkeypatch):
    stored = []
    recorder = Recorder(write=stored.append, prune=lambda: None, changed=lambda: asyncio.sleep(0))
    monkeypatch.setattr(lifespan, "recorder", recorder)
    server = ApplicationCommunicator(lifespan.lifespan, {"type": "lifespan"})
    await server.send_input({"type": "lifespan.startup"})
    assert await server.receive_output() == {"type": "lifespan.startup.complete"}
    recorder.note(make_record())

    await server.send_input({"type": "lifespan.shutdown"})

    assert await server.receive_output() == {"type": "lifespan.shutdown.complete"}
    assert [len(tally) for tally in stored] == [1]
