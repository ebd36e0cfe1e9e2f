"""The one object that holds everything the stand-in Hub knows; routes reach it as app.state.hub."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.standins.hub.buckets.records import Bucket
from tests.standins.hub.collections.records import Collection
from tests.standins.hub.docs.records import Product
from tests.standins.hub.jobs.records import Job, ScheduledJob
from tests.standins.hub.papers.records import Paper
from tests.standins.hub.records import Account, Kind, Org, Repo
from tests.standins.hub.sandbox.records import Sandbox


@dataclass
class Hub:
    accounts: dict[str, Account]
    orgs: dict[str, Org]
    repos: dict[tuple[Kind, str], Repo]
    moved: dict[tuple[Kind, str], str] = field(default_factory=dict)  # old id -> new id
    docs: tuple[Product, ...] = ()
    papers: dict[str, Paper] = field(default_factory=dict)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)  # by object id
    large_files: dict[str, bytes] = field(default_factory=dict)  # uploaded, by SHA-256
    parts: dict[str, dict[str, bytes]] = field(default_factory=dict)  # of uploads under way
    xet_files: dict[str, bytes] = field(default_factory=dict)  # uploaded, by Xet hash
    xorbs: dict[str, list[bytes]] = field(default_factory=dict)  # their chunks
    xet_tokens: dict[str, int] = field(default_factory=dict)  # until when each is valid
    jobs: dict[str, Job] = field(default_factory=dict)
    scheduled_jobs: dict[str, ScheduledJob] = field(default_factory=dict)
    sandboxes: dict[str, Sandbox] = field(default_factory=dict)  # by the id of their job
    revoked_tokens: set[str] = field(default_factory=set)
    page_size: int = 50
    max_page_size: int = 100

    def of_kind(self, kind: Kind) -> Iterable[Repo]:
        return (repo for (its_kind, _), repo in self.repos.items() if its_kind == kind)
