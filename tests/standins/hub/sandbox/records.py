"""A sandbox: its files and its processes. Plain values, no HTTP."""

import time
from dataclasses import dataclass, field

from tests.standins.hub.jobs.records import Plan

FOLDERS = ("/", "/tmp", "/root", "/data")


@dataclass
class SandboxFile:
    content: bytes
    mode: str = "644"
    mtime_ms: int = field(default_factory=lambda: int(time.time() * 1000))


@dataclass
class Process:
    id: str
    pid: int
    command: object
    plan: Plan
    started_at: float
    tag: str | None = None
    is_killed: bool = False

    @property
    def is_running(self) -> bool:
        ends_after = self.plan.ends_after
        return not self.is_killed and (
            ends_after is None or time.time() < self.started_at + ends_after
        )


@dataclass
class Sandbox:
    variables: dict[str, str]
    files: dict[str, SandboxFile] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: set(FOLDERS))
    processes: dict[str, Process] = field(default_factory=dict)
    last_pid: int = 6

    def next_pid(self) -> int:
        self.last_pid += 1
        return self.last_pid

    def contents(self) -> dict[str, bytes]:
        return {path: file.content for path, file in self.files.items()}
