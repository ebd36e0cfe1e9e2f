"""The blocks that are in force, in the memory of each process, as each request asks about them.

Each process that serves reads the number of changes twice a second (accounts.news), and the blocks
when it is another one. Without it, as in a command, `refresh` reads them.
"""

import logging
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from accounts.operators.models import Block, BlockRevision
from accounts.proxies import read_address, read_network

logger = logging.getLogger(__name__)

MAX_IN_FORCE = 10_000

READ_AGAIN_SECONDS = 30.0
"""Somebody may have changed rows by hand."""

TRY_AGAIN_SECONDS = 1.0

MAX_VERSION = 60

_WHAT = {
    Block.Kind.PERSON: "Your account is blocked on this server",
    Block.Kind.CLIENT: "This client, or this version of it, is blocked on this server",
    Block.Kind.NETWORK: "Your network is blocked on this server",
    Block.Kind.SPACE: "The Space {subject} is blocked on this server",
}


@dataclass(frozen=True)
class InForce:
    """A block, as long as it lasts."""

    kind: str
    subject: str
    versions: str
    reason: str
    ends_at: datetime | None
    hub_id: str = ""

    @property
    def lasts(self) -> bool:
        return self.ends_at is None or time.time() < self.ends_at.timestamp()

    def __str__(self) -> str:
        """Say so to whoever meets it, a person or a model."""
        what = _WHAT[Block.Kind(self.kind)].format(subject=self.subject)
        until = f" until {self.ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.ends_at else ""
        return f"{what}{until}. Reason: {self.reason.rstrip('.')}. {whom_to_ask()}"


def whom_to_ask() -> str:
    contact = settings.OPERATOR_CONTACT
    return f"Ask {contact} about it." if contact else "Ask whoever runs this server about it."


COLUMNS = ("kind", "subject", "versions", "reason", "ends_at", "hub_id")
"""What InForce is made of, in its order."""

Found = tuple[int, tuple[InForce, ...]]
Listener = Callable[[Set[Block.Kind]], None]


class BlockList:
    def __init__(self) -> None:
        self._revision: int | None = None
        self._read_at = self._failed_at = float("-inf")
        self._blocks: tuple[InForce, ...] = ()
        self._index = _Index(())
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Let `listener` know of which kinds blocks have changed, in whatever thread hears of it
        first.
        """
        self._listeners.append(listener)

    @property
    def waits_for_first_reading(self) -> bool:
        """Whether to read before anybody is served: soon after a failure nobody waits again."""
        is_read = self._revision is not None
        return not is_read and time.monotonic() - self._failed_at > TRY_AGAIN_SECONDS

    def read(self) -> Found | None:
        """Ask the database; None where nothing has changed."""
        rows = BlockRevision.objects.filter(pk=BlockRevision.ONLY)
        revision = rows.values_list("number", flat=True).first() or 0
        is_old = time.monotonic() - self._read_at > READ_AGAIN_SECONDS
        if revision == self._revision and not is_old:
            return None
        stored = Block.objects.filter(over_at=None).order_by("-pk").values_list(*COLUMNS)
        return revision, tuple(InForce(*row) for row in stored[:MAX_IN_FORCE])

    def take(self, found: Found | None) -> None:
        if found is None:
            return
        self._revision, blocks = found
        self._read_at = time.monotonic()
        changed = {Block.Kind(block.kind) for block in {*blocks} ^ {*self._blocks}}
        if not changed:
            return
        self._index = _Index(blocks)
        self._blocks = blocks
        for listener in self._listeners:
            listener(changed)

    def refresh(self) -> None:
        self.take(self.read())

    def note_failure(self, error: DatabaseError) -> None:
        """Go on with what is known: anonymous callers are served without a database, too."""
        self._failed_at = time.monotonic()
        logger.warning("The blocks could not be read: %s.", type(error).__name__)

    def person(self, hf_id: str) -> InForce | None:
        return self._index.person(hf_id)

    def client(self, name: str, version: str) -> InForce | None:
        return self._index.client(name, version)

    def address(self, address: str) -> InForce | None:
        return self._index.address(address)

    def space(self, space_id: str, hub_id: str = "") -> InForce | None:
        """`hub_id` tells a Space that has another name since it was blocked."""
        return self._index.space(space_id, hub_id)


class _Index:
    """Looks blocks up in a number of steps that does not grow with their number."""

    def __init__(self, blocks: Sequence[InForce]) -> None:
        by_kind: dict[str, dict[str, list[InForce]]] = defaultdict(lambda: defaultdict(list))
        for block in blocks:
            by_kind[block.kind][block.subject].append(block)
        self._people = by_kind[Block.Kind.PERSON]
        self._clients: dict[str, list[InForce]] = defaultdict(list)
        for name, found in by_kind[Block.Kind.CLIENT].items():
            self._clients[_compared(name)] += found
        self._spaces = by_kind[Block.Kind.SPACE]
        self._spaces_by_hub_id = {
            block.hub_id: [block]
            for found in self._spaces.values()
            for block in found
            if block.hub_id
        }
        # By IP version and length of the prefix, of which there are at most 162, then by prefix.
        self._networks: dict[tuple[int, int], dict[int, list[InForce]]] = {}
        for subject, found in by_kind[Block.Kind.NETWORK].items():
            network = read_network(subject)
            shift = network.max_prefixlen - network.prefixlen
            of_length = self._networks.setdefault((network.version, shift), {})
            of_length.setdefault(int(network.network_address) >> shift, []).extend(found)

    def person(self, hf_id: str) -> InForce | None:
        found = self._people.get(hf_id) if hf_id else None
        return _first(found) if found else None

    def client(self, name: str, version: str) -> InForce | None:
        found = self._clients.get(_compared(name), ()) if name and self._clients else ()
        return _first(block for block in found if is_in_range(version, block.versions))

    def address(self, address: str) -> InForce | None:
        parsed = read_address(address) if self._networks else None
        if parsed is None:
            return None
        return _first(
            block
            for (version, shift), of_length in self._networks.items()
            if version == parsed.version
            for block in of_length.get(int(parsed) >> shift, ())
        )

    def space(self, space_id: str, hub_id: str) -> InForce | None:
        if not self._spaces:
            return None
        name = space_id.lower()
        owner = name.partition("/")[0]
        by_name = (*self._spaces.get(name, ()), *self._spaces.get(f"{owner}/*", ()))
        return _first((*by_name, *self._spaces_by_hub_id.get(hub_id, ())))


def _compared(name: str) -> str:
    """Return a client's name without what people do not see as a difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _first(blocks: Iterable[InForce]) -> InForce | None:
    return next((block for block in blocks if block.lasts), None)


def is_in_range(version: str, versions: str) -> bool:
    """Say whether a version is one of a range; one that cannot be read is in no range but all."""
    if not versions:
        return True
    try:
        return SpecifierSet(versions).contains(Version(version[:MAX_VERSION]), prereleases=True)
    except InvalidVersion:
        return False


block_list = BlockList()
"""That of this process."""
