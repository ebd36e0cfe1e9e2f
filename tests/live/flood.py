"""A client in a retry loop, as a program of its own: `python -m tests.live.flood URL ADDRESS`.

On every connection it sends the next request as soon as the last one is answered, whatever the
answer says, until it is told to stop by the end of its input. Then it prints what it got.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from urllib.parse import urlsplit

BODY = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("address", help="sent as X-Forwarded-For")
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    answers: Counter[int] = Counter()
    loops = [
        asyncio.create_task(send_for_ever(options.url, options.address, answers))
        for _ in range(options.connections)
    ]
    await asyncio.to_thread(sys.stdin.read)
    for loop in loops:
        loop.cancel()
    print(json.dumps(answers))


async def send_for_ever(url: str, address: str, answers: Counter[int]) -> None:
    parts = urlsplit(url)
    request = (
        f"POST {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"X-Forwarded-For: {address}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    ).encode() + BODY
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while True:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        await reader.readexactly(length)
        answers[int(head.split(b" ", 2)[1])] += 1


asyncio.run(main())
