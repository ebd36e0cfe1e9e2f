"""Ends what comes too slowly: nobody holds a place for minutes by a byte at a time."""

import asyncio
from collections.abc import AsyncIterator

from mcpendpoint.files.keeping import FileRefused

MIN_BYTES_A_SECOND = 1_000
"""As slow as a client may read an answer, too."""


class TooSlow(FileRefused):
    status = 408

    def __init__(self) -> None:
        super().__init__("The file did not arrive in time.")


async def in_pace(parts: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """Yield what comes, while it is a kilobyte a second in the mean of `seconds`. Raises TooSlow.

    What counts is the time that is waited for parts, not what is done with them.
    """
    clock = asyncio.get_running_loop().time
    waited, received = 0.0, 0
    while True:
        began = clock()
        try:
            async with asyncio.timeout(seconds - waited):
                part = await anext(parts, None)
        except TimeoutError as error:
            raise TooSlow from error
        if part is None:
            return
        waited, received = waited + clock() - began, received + len(part)
        if received >= MIN_BYTES_A_SECOND * seconds:
            waited, received = 0.0, 0
        yield part
