"""The collections: those of collections.yaml, and one for each task that models have."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.standins.hub.collections.records import Collection, Item
from tests.standins.hub.papers.records import Paper
from tests.standins.hub.records import Repo
from tests.standins.hub.seed.papers import BUSY_DAY

HERE = Path(__file__).parent
CURATOR = "tanaka"
TASKS_DAY = date(2025, 10, 5)


def collections(repos: Iterable[Repo], papers: Iterable[Paper]) -> Iterator[Collection]:
    records = yaml.safe_load((HERE / "collections.yaml").read_text(encoding="utf-8"))
    made = {record["title"]: _collection(record) for record in records}
    for record in records:
        contents = [
            (item["type"], _item_id(made, item), item.get("note"))
            for item in record.get("items", ())
        ]
        if record.get("many"):
            contents += [("paper", paper.id, None) for paper in papers if _is_of_busy_day(paper)]
        collection = made[record["title"]]
        collection.items = list(_items(collection, contents))
        yield collection
    yield from _by_task(repos)


def _collection(record: dict[str, Any]) -> Collection:
    return Collection(
        record["owner"],
        record["title"],
        _noon(record["created"]),
        _noon(record["updated"]),
        description=record.get("description"),
        private=record.get("private", False),
        upvotes=record.get("upvotes", 0),
        trending_score=record.get("trending", 0),
        theme=record.get("theme", "blue"),
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _item_id(made: dict[str, Collection], item: dict[str, str]) -> str:
    return made[item["id"]].slug if item["type"] == "collection" else item["id"]


def _items(
    collection: Collection, contents: Iterable[tuple[Any, str, str | None]]
) -> Iterator[Item]:
    for position, (type_, item_id, note) in enumerate(contents):
        added_at = collection.created_at + timedelta(minutes=position + 1)
        yield Item(type_, item_id, added_at, note, position)


def _is_of_busy_day(paper: Paper) -> bool:
    return paper.submission is not None and paper.submission.day == BUSY_DAY


def _by_task(repos: Iterable[Repo]) -> Iterator[Collection]:
    models = [repo for repo in repos if repo.kind == "model" and not repo.private]
    tasks = sorted({str(model.details["pipeline_tag"]) for model in models})
    for number, task in enumerate(tasks):
        created = _noon(TASKS_DAY) + timedelta(hours=number)
        collection = Collection(
            CURATOR,
            f"Models for {task}",
            created,
            created + timedelta(days=30),
            upvotes=number % 7,
            position=number,
        )
        of_task = (model for model in models if model.details["pipeline_tag"] == task)
        collection.items = list(_items(collection, (("model", m.id, None) for m in of_task)))
        yield collection
