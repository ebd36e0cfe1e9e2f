"""Medians over the rounds, as a table for people and as JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.load import Round
from benchmarks.scenarios import Scenario


@dataclass(frozen=True)
class Measure:
    key: str
    title: str
    form: str
    more_is_better: bool = False


MEASURES = (
    Measure("requests_per_second", "requests/s", "{:,.0f}", more_is_better=True),
    Measure("p50_ms", "p50 ms", "{:.2f}"),
    Measure("p99_ms", "p99 ms", "{:.2f}"),
    Measure("cpu_seconds_per_1000", "CPU s per 1000", "{:.3f}"),
    Measure("rss_mb", "RSS MB", "{:.0f}"),
)


@dataclass(frozen=True)
class Outcome:
    """One scenario's rounds, by server: "ours" and "reference"."""

    scenario: Scenario
    rounds: Mapping[str, Sequence[Round]]

    def values(self, server: str, measure: Measure) -> list[float]:
        return [getattr(one, measure.key) for one in self.rounds[server]]

    def times_better(self, measure: Measure) -> float:
        """Return how many times ours is better; below 1 it is worse."""
        ours, theirs = (
            median(self.values(server, measure)) or 1e-9 for server in ("ours", "reference")
        )
        return ours / theirs if measure.more_is_better else theirs / ours


def table(outcomes: Sequence[Outcome]) -> str:
    lines = [f"{'':<16}{'ours':>26}{'reference':>26}{'ours is':>18}"]
    for outcome in outcomes:
        lines += ["", f"{outcome.scenario.name}  ({outcome.scenario.version})"]
        for measure in MEASURES:
            ours, theirs = (
                _spread(outcome.values(server, measure), measure)
                for server in ("ours", "reference")
            )
            verdict = _verdict(outcome.times_better(measure))
            lines.append(f"  {measure.title:<14}{ours:>26}{theirs:>26}{verdict:>18}")
    return "\n".join(lines)


def _verdict(times: float) -> str:
    return f"{times:.2f} x better" if times >= 1 else f"{1 / times:.2f} x worse"


def _spread(values: Sequence[float], measure: Measure) -> str:
    middle, lowest, highest = (
        measure.form.format(value) for value in (median(values), min(values), max(values))
    )
    return f"{middle} ({lowest}–{highest})"  # noqa: RUF001


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "scenario": outcome.scenario.name,
            "protocol_version": outcome.scenario.version,
            "median": {
                server: {
                    measure.key: median(outcome.values(server, measure)) for measure in MEASURES
                }
                for server in outcome.rounds
            },
            "times_better": {m.key: outcome.times_better(m) for m in MEASURES},
            "rounds": {
                server: [asdict(one) for one in rounds] for server, rounds in outcome.rounds.items()
            },
        }
        for outcome in outcomes
    ]
