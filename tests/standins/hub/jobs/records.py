"""A job and its stage, which follows from the time. Plain values, no HTTP."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Stage = Literal["SCHEDULING", "RUNNING", "COMPLETED", "CANCELED", "ERROR"]
FINISHED: tuple[Stage, ...] = ("COMPLETED", "CANCELED", "ERROR")
SCHEDULING_SECONDS = 0.1


@dataclass(frozen=True)
class Line:
    after: float  # seconds since the start
    text: str
    stream: Literal["stdout", "stderr"] = "stdout"


@dataclass(frozen=True)
class Plan:
    """What a command prints and when; `ends_after` is None when it never ends."""

    lines: tuple[Line, ...]
    ends_after: float | None
    exit_code: int = 0


@dataclass
class Job:
    id: str
    namespace: str
    spec: dict[str, Any]  # as it was sent, checked; with the values of the secrets
    created_at: datetime
    created_by: str
    plan: Plan
    scheduling_seconds: float | None = SCHEDULING_SECONDS  # None: it waits for hardware, forever
    canceled_at: datetime | None = None
    initiator: dict[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.spec["labels"]
        return labels

    def started_at(self, now: datetime) -> datetime | None:
        if self.scheduling_seconds is None:
            return None
        start = self.created_at + timedelta(seconds=self.scheduling_seconds)
        until = min(now, self.canceled_at or now)
        return start if start <= until else None

    def finished_at(self, now: datetime) -> datetime | None:
        start = self.started_at(now)
        ends = [self.canceled_at] if self.canceled_at else []
        if start:
            ends += [start + timedelta(seconds=self.spec["timeoutSeconds"])]
        if start and self.plan.ends_after is not None:
            ends += [start + timedelta(seconds=self.plan.ends_after)]
        finish = min(ends, default=None)
        return finish if finish and finish <= now else None

    def stage(self, now: datetime) -> Stage:
        finish = self.finished_at(now)
        if finish is None:
            return "RUNNING" if self.started_at(now) else "SCHEDULING"
        if finish == self.canceled_at:
            return "CANCELED"
        return "ERROR" if self.has_timed_out(now) or self.plan.exit_code else "COMPLETED"

    def has_timed_out(self, now: datetime) -> bool:
        start, finish = self.started_at(now), self.finished_at(now)
        limit = timedelta(seconds=self.spec["timeoutSeconds"])
        ends_after = self.plan.ends_after
        is_over = ends_after is None or timedelta(seconds=ends_after) > limit
        return bool(start and finish and finish != self.canceled_at and is_over)

    def message(self, now: datetime) -> str | None:
        if self.has_timed_out(now):
            return "Job timeout"
        if self.stage(now) == "ERROR":
            return f"Job failed with exit code: {self.plan.exit_code}"
        return None

    def lines(self, now: datetime) -> list[tuple[datetime, str]]:
        """Return what has been printed by then, with the time of each line."""
        start = self.started_at(now)
        if start is None:
            return []
        until = self.finished_at(now) or now
        moments = ((start + timedelta(seconds=line.after), line.text) for line in self.plan.lines)
        return [(moment, text) for moment, text in moments if moment <= until]


@dataclass
class ScheduledJob:
    id: str
    namespace: str
    spec: dict[str, Any]
    schedule: str
    created_at: datetime
    created_by: str
    suspend: bool = False
    concurrency: bool = False
    last_job: Job | None = None
