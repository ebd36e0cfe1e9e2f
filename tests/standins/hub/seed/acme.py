"""The repositories with something special about them.

models    acme/tiny-llm (every odd kind of file, a branch, a tag, a pull request), acme/gated,
          alice/private, acme/disabled, and the same id as model, data set and Space: acme/demo
datasets  acme/squad, acme/multi, acme/noviewer, acme/wide, acme/long-cell, acme/gated-data,
          alice/diary (private)
spaces    those that the stand-in Space server serves, and others
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.standins.hub.discussions import events
from tests.standins.hub.records import MAIN, Commit, Discussion, File, Repo, Variable
from tests.standins.hub.seed import cards, catalogue, odd_files, rows
from tests.standins.hub.tables import Table

SMOL_PAPER = "2502.02737"  # with more models than the Hub lists beside a paper


def repos() -> Iterator[Repo]:
    yield from _models()
    yield from _datasets()
    yield from _spaces()


def _models() -> Iterator[Repo]:
    yield _tiny_llm()
    yield replace(_model("acme/gated"), gated="manual", granted=frozenset({"carol"}))
    yield replace(_model("alice/private"), private=True)
    yield replace(_model("acme/disabled"), disabled=True)
    yield _model("acme/demo")
    yield _model("zuerich-nlp/schwiizertuetsch", language="gsw")
    yield _model("alice/tiny-poet")
    yield _model("bob/first-try")


def _model(repo_id: str, *, language: str = "en", created: str = "2025-11-03") -> Repo:
    row = {
        **dict.fromkeys(MODEL_COLUMNS, ""),
        "arxiv": SMOL_PAPER,
        "id": repo_id,
        "task": "text-generation",
        "library": "transformers",
        "model_type": "llama",
        "params_m": "7",
        "license": "mit",
        "languages": language,
        "likes": "3",
        "downloads": "41",
        "trending": "1",
        "created": created,
        "modified": "2026-02-14",
    }
    return catalogue.model(row)


MODEL_COLUMNS = ("gated", "base_model", "datasets", "providers")


def _tiny_llm() -> Repo:
    """Return a model with two commits on main, a branch, a tag, a pull request, and odd files."""
    card = {
        "license": "mit",
        "language": ["en", "de"],
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "datasets": ["acme/squad"],
        "base_model": "HuggingFaceTB/SmolLM2-135M",
    }
    base = _model("acme/tiny-llm", created="2025-09-01")
    files = odd_files.files()
    readme = cards.with_front_matter(card, TINY_README).encode()
    first_files = {**files, "README.md": File("README.md", b"# Tiny LLM\n")}
    files["README.md"] = File("README.md", readme)
    first = Commit("Initial commit", "alice", datetime(2025, 9, 1, 10, 0, tzinfo=UTC), first_files)
    second = Commit("Explain it", "alice", datetime(2026, 10, 1, 12, 0, tzinfo=UTC), files)
    quantized = _change(second, "Add int8 weights", "onnx/model_int8.onnx", b"\x08int8")
    proposed = _change(second, "Fix a typo", "notes.txt", b"A proposal.\n", author="bob")
    return replace(
        base,
        created_at=first.date,
        likes=128,
        downloads=51_234,
        downloads_all_time=1_234_567,
        trending_score=17,
        card=card,
        tags=(*base.tags, "de", "dataset:acme/squad"),
        details={
            **base.details,
            "spaces": ["acme/demo", "acme/image-maker"],
            "inference": "warm",
            "inferenceProviderMapping": {
                "novita": {"status": "live", "providerId": "acme/tiny", "task": "conversational"},
                "together": {"status": "staging", "providerId": "tiny", "task": "conversational"},
            },
        },
        refs={
            MAIN: [second, first],
            "refs/heads/feature/quantized": [quantized, second, first],
            "refs/tags/v1": [first],
            "refs/pr/1": [proposed, second, first],
        },
        discussions=_discussions(proposed),
    )


def _discussions(proposed: Commit) -> list[Discussion]:
    asked = datetime(2026, 10, 22, 8, 0, tzinfo=UTC)
    return [
        Discussion(
            1,
            proposed.title,
            proposed.author,
            proposed.date,
            is_pull_request=True,
            events=[
                events.comment(proposed.author, "One word was wrong.", proposed.date),
                events.commit(proposed.author, proposed),
            ],
        ),
        Discussion(
            2,
            "Which tokenizer is this? 🍌",
            "tanaka",
            asked,
            status="closed",
            events=[
                events.comment("tanaka", "I cannot find it.", asked),
                events.comment("alice", "It knows one word only.", asked),
                events.status("alice", "closed", asked),
            ],
        ),
    ]


def _change(parent: Commit, title: str, path: str, content: bytes, author: str = "alice") -> Commit:
    changed = {**parent.files, path: File(path, content)}
    return Commit(title, author, datetime(2026, 10, 20, 9, 0, tzinfo=UTC), changed)


TINY_README = """# Tiny LLM 🐜

A language model of seven million parameters for tests and toys,
trained on [acme/squad](/datasets/acme/squad).

## How to use

```python
from transformers import pipeline

generate = pipeline("text-generation", model="acme/tiny-llm")
print(generate("Once upon a time", max_new_tokens=40)[0]["generated_text"])
```

## Evaluation

| Benchmark | Score |
|-----------|------:|
| GSM8K     | 0.01  |
| Grüße 🇩🇪  | 0.42  |

## Limitations

It is *very* small: it knows the word "banana", and not much else.
"""


def _datasets() -> Iterator[Repo]:
    yield _dataset("acme/squad", rows.question_tables(1_200, 150), task="question-answering")
    yield _dataset("acme/multi", rows.translation_tables(), task="translation")
    yield _dataset("acme/noviewer", ())
    yield _dataset("acme/wide", rows.wide_tables())
    yield _dataset("acme/long-cell", rows.long_cell_tables())
    yield _dataset("alice/gedichte", rows.review_tables("default", 90))
    yield _dataset("acme/demo", rows.text_tables("default", 40))
    yield replace(_dataset("acme/gated-data", rows.text_tables("default", 40)), gated="manual")
    yield replace(_dataset("alice/diary", rows.text_tables("default", 12)), private=True)


def _dataset(repo_id: str, tables: tuple[Table, ...], task: str = "text-generation") -> Repo:
    name = repo_id.rpartition("/")[2]
    row = {
        "id": repo_id,
        "pretty_name": name.title(),
        "tasks": task,
        "license": "cc-by-4.0",
        "languages": "en",
        "size_category": "1K<n<10K",
        "gated": "",
        "likes": "5",
        "downloads": "320",
        "trending": "2",
        "created": "2025-06-15",
        "modified": "2026-03-01",
        "arxiv": "",
        "description": f"{name.title()}: a data set of the Acme Corporation for demonstrations.",
    }
    repo = catalogue.dataset(row)
    return replace(repo, details={**repo.details, "tables": tables})


def _spaces() -> Iterator[Repo]:
    yield replace(
        _space(
            "acme/image-maker",
            "Image maker",
            "🎨",
            likes=42,
            description="Generate an image from text",
        ),
        variables={
            "MODEL_ID": Variable("MODEL_ID", "acme/painter", "What paints"),
            "STEPS": Variable("STEPS", "4"),
        },
        secrets={"HF_TOKEN": Variable("HF_TOKEN", "hf_the_secret_of_the_space")},
    )
    yield replace(_space("alice/private-space", "Private workshop", "🔐"), private=True)
    yield _space("acme/asleep", "Sleeping beauty", "😴", stage="SLEEPING")
    yield _space("acme/broken", "Broken", "💥", stage="RUNTIME_ERROR")
    yield _space("acme/paused", "Paused", "⏸️", stage="PAUSED")
    yield _space("acme/building", "Under construction", "🏗️", stage="BUILDING")
    yield _space("acme/bad-schema", "Bad schema", "🧩")
    yield _space("acme/old-gradio", "Old Gradio", "🕰️")
    yield _space("acme/weather", "Weather", "🌦️")
    yield _space("acme/slow", "Slow", "🐌")
    yield _space("acme/parts", "More than tools", "🧰")
    yield _space("acme/static", "Landing page", "🏠", sdk="static", hardware="", tags="")
    yield _space(
        "acme/demo",
        "Demo of Tiny LLM",
        "🐜",
        description="Chat with a tiny model",
        tags=f"mcp-server arxiv:{SMOL_PAPER}",
    )


def _space(repo_id: str, title: str, emoji: str, **changes: Any) -> Repo:
    row = {
        "id": repo_id,
        "title": title,
        "emoji": emoji,
        "sdk": "gradio",
        "stage": "RUNNING",
        "hardware": "cpu-basic",
        "category": "Other",
        "tags": "mcp-server",
        "color_from": "blue",
        "color_to": "green",
        "likes": "4",
        "trending": "2",
        "created": "2026-01-20",
        "modified": "2026-09-09",
        "description": f"{title}, by Acme",
        **{name: str(value) for name, value in changes.items()},
    }
    return catalogue.space(row)
