"""The papers: those of papers.yaml, and one busy day with more than fit on a page."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.standins.hub.papers.records import Author, Paper, Submission

HERE = Path(__file__).parent
BUSY_DAY = date(2025, 3, 10)
AUTHOR = re.compile(r"(?P<hidden>\()?(?P<name>[^@()]+?)\)?(?: @(?P<username>\S+))?")


def papers() -> Iterator[Paper]:
    for record in yaml.safe_load((HERE / "papers.yaml").read_text(encoding="utf-8")):
        yield _paper(record)
    yield from _busy_day()


def _paper(record: dict[str, Any]) -> Paper:
    has_text = record.get("text", True)
    authors = tuple(map(_author, record["authors"]))
    return Paper(
        record["id"],
        record["title"],
        record["summary"],
        authors,
        published=record.get("published"),
        submission=Submission(record["daily"], record["submitter"]) if "daily" in record else None,
        upvotes=record.get("upvotes", 0),
        comments=record.get("comments", 0),
        trending_score=record.get("trending", 0),
        ai_summary=record.get("ai_summary"),
        ai_keywords=tuple(record.get("keywords", ())),
        organization=record.get("organization"),
        project_page=record.get("project"),
        github_repo=record.get("github"),
        github_stars=record.get("stars"),
        text=_text(record, authors) if has_text else None,
    )


def _author(text: str) -> Author:
    match = AUTHOR.fullmatch(text)
    assert match, text
    return Author(match["name"], match["username"], is_hidden=bool(match["hidden"]))


def _text(record: dict[str, Any], authors: tuple[Author, ...]) -> str:
    """Return the paper as markdown: as in paper_texts/, or of a length that needs two answers."""
    written = HERE / "paper_texts" / f"{record['id']}.md"
    if written.exists():
        return written.read_text(encoding="utf-8")
    names = ", ".join(author.name for author in authors if not author.is_hidden)
    sections = [f"# {record['title']}\n\n{names}\n\n## Abstract\n\n{record['summary']}\n"]
    for number, heading in enumerate(("Introduction", "Method", "Experiments", "Conclusion"), 1):
        sections.append(f"## {number} {heading}\n")
        sections += [
            f"{number}.{part} {record['summary']} The loss is $\\mathcal{{L}} = -\\log p_θ(x)$; "
            f"see Table {part} — Größe and naïveté matter [{part}].\n"
            for part in range(1, 60)
        ]
    return "\n".join(sections)


def _busy_day() -> Iterator[Paper]:
    methods = ("Diffusion", "Distillation", "Pruning", "Retrieval", "Routing", "Quantization")
    subjects = ("Proteins", "Code", "Maps", "Music", "Proofs", "Weather", "Video")
    manners = ("in One Step", "without Labels", "at Scale")
    for number, (method, subject, manner) in enumerate(product(methods, subjects, manners), 1):
        yield Paper(
            f"2503.{number:05}",
            f"{method} for {subject} {manner}",
            f"We study {method.lower()} for {subject.lower()} and report what helped.",
            (Author("Max Muster"),),
            submission=Submission(BUSY_DAY, "alice" if number % 3 else "bob"),
            upvotes=number % 17,
        )
