"""What can go wrong when another server is asked.

OutgoingError
├── Busy            the share of the pool is in use: nothing was sent
├── NotReached      there was no connection: nothing was sent
├── BrokenOff       the connection ended early, or what came is not HTTP
├── TooSlow         it was not over in time
│   └── Silent      nothing came for long
├── TooLarge        the answer has more bytes than were wanted
├── NotPlain        the answer is compressed in a way that was not asked for
├── NotAUrl         there is nothing to ask at such a URL
├── NotPublic       an untrusted URL is not https, or not to a public address
└── UnreadableJson  the answer is not JSON, or more of it than is read
"""

from enum import StrEnum


class OutgoingError(Exception):
    """Its text has nothing of the request or the answer in it."""


class Share(StrEnum):
    CALLER = "caller"
    TARGET = "target"
    POOL = "pool"
    REQUEST = "request"
    """What one request to us may ask in all, or what its caller may ask in a minute."""


class Busy(OutgoingError):
    def __init__(self, share: Share, retry_after_seconds: int) -> None:
        super().__init__(f"Too much is being asked at once ({share}).")
        self.share = share
        """Whose is used up."""
        self.retry_after_seconds = retry_after_seconds


class NotReached(OutgoingError):
    pass


class BrokenOff(OutgoingError):
    pass


class TooSlow(OutgoingError):
    pass


class Silent(TooSlow):
    pass


class TooLarge(OutgoingError):
    pass


class NotPlain(OutgoingError):
    pass


class NotAUrl(OutgoingError):
    pass


class NotPublic(OutgoingError):
    pass


class UnreadableJson(OutgoingError):
    pass
