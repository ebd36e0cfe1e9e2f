"""Work that goes on behind an answer."""

import threading

from asgiref.sync import ThreadSensitiveContext, sync_to_async

from accounts.behind import run_behind
from accounts.database import lookups


async def test_work_behind_an_answer_is_not_done_on_the_thread_of_its_request():
    async with ThreadSensitiveContext():
        of_request = await sync_to_async(threading.get_ident)()
        within = await lookups.run(threading.get_ident)
        behind = await run_behind(lookups.run(threading.get_ident))

    assert within == of_request
    assert behind != of_request
