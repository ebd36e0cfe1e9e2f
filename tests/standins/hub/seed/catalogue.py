"""The ordinary repositories: one row of a CSV file makes one repository with its files."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.standins.hub.records import MAIN, Commit, File, Kind, Repo
from tests.standins.hub.seed import cards, rows
from tests.standins.hub.tables import Table

HERE = Path(__file__).parent
Row = dict[str, str]
WEIGHTS = b"\x16\0\0\0\0\0\0\0" + b'{"__metadata__":{}}'.ljust(22)  # safetensors without tensors
ATTRIBUTES = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"


def repos() -> Iterator[Repo]:
    yield from map(model, _read("models.csv"))
    yield from map(dataset, _read("datasets.csv"))
    yield from map(space, _read("spaces.csv"))


def _read(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def moment(day: str, seed: str) -> datetime:
    """Return a time of that day, another one for each repository."""
    seconds = int(hashlib.sha256(seed.encode()).hexdigest()[:6], 16) % 86_400
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=seconds)


def history(row: Row, files: dict[str, bytes], lfs: dict[str, bytes]) -> list[Commit]:
    """Return the commits: the files came first, the card later."""
    author = row["id"].partition("/")[0]
    everything = {
        **{path: File(path, content) for path, content in files.items()},
        **{path: File(path, content, is_lfs=True) for path, content in lfs.items()},
    }
    first = {path: file for path, file in everything.items() if path != "README.md"}
    created, modified = (moment(row[name], row["id"] + name) for name in ("created", "modified"))
    return [
        Commit("Update README.md", author, max(created, modified), everything),
        Commit("Upload the first version", author, created, first),
    ]


def make_repo(
    kind: Kind, row: Row, commits: list[Commit], card: dict[str, Any], **more: Any
) -> Repo:
    downloads = int(row.get("downloads") or 0)
    return Repo(
        kind,
        row["id"],
        commits[-1].date,
        {MAIN: commits},
        gated=row.get("gated") or False,  # type: ignore[arg-type]
        likes=int(row["likes"]),
        downloads=downloads,
        downloads_all_time=downloads * 17 + 1234,
        trending_score=int(row["trending"]),
        card=card,
        **more,
    )


def _without_empty(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def model(row: Row) -> Repo:
    task, library, model_type = row["task"], row["library"], row["model_type"]
    languages, base, papers = row["languages"].split(), row["base_model"], row["arxiv"].split()
    card = _without_empty(
        license=row["license"],
        language=languages,
        library_name=library,
        pipeline_tag=task,
        base_model=base,
        datasets=row["datasets"].split(),
        tags=["conversational"] if "nstruct" in row["id"] else [],
    )
    tags = [
        *([library] if library else []),
        *(["safetensors"] if library != "gguf" else []),
        *([model_type] if model_type else []),
        task,
        *card.get("tags", ()),
        *languages,
        *(f"dataset:{name}" for name in card.get("datasets", ())),
        *(f"arxiv:{paper}" for paper in papers),
        *([f"base_model:{base}", f"base_model:finetune:{base}"] if base else []),
        f"license:{row['license']}",
        "region:us",
    ]
    files = {
        ".gitattributes": ATTRIBUTES,
        "README.md": cards.model_card(row["id"], task, card, is_gated=bool(row["gated"])).encode(),
    }
    details = _model_details(row)
    if "config" in details:
        files["config.json"] = json.dumps(details["config"], indent=2).encode()
    weights = "model.gguf" if library == "gguf" else "model.safetensors"
    commits = history(row, files, {weights: WEIGHTS})
    return make_repo("model", row, commits, card, tags=tuple(tags), details=details)


def _model_details(row: Row) -> dict[str, Any]:
    task, library, model_type = row["task"], row["library"], row["model_type"]
    details: dict[str, Any] = {
        "pipeline_tag": task,
        "spaces": [space for space, task_ in SPACES_BY_TASK.items() if task_ == task],
    }
    if library:
        details["library_name"] = library
    if model_type and library == "transformers":
        head = HEADS.get(task, task.title().replace("-", ""))
        details["config"] = {
            "architectures": [f"{model_type.title().replace('_', '')}For{head}"],
            "model_type": model_type,
            "vocab_size": 32_000,
        }
        details["transformersInfo"] = {
            "auto_model": f"AutoModelFor{head}",
            "pipeline_tag": task,
            "processor": "AutoTokenizer",
        }
    if row["params_m"] and library != "gguf":
        parameters = int(row["params_m"]) * 1_000_000
        kind = "F32" if parameters < 10**9 else "BF16"
        details["safetensors"] = {"parameters": {kind: parameters}, "total": parameters}
    if row["base_model"]:
        details["baseModels"] = {"relation": "finetune", "models": [{"id": row["base_model"]}]}
    if providers := row["providers"].split():
        details["inference"] = "warm"
        details["inferenceProviderMapping"] = {
            name: {"status": "live", "providerId": row["id"].lower(), "task": task}
            for name in providers
        }
    return details


HEADS = {
    "text-generation": "CausalLM",
    "fill-mask": "MaskedLM",
    "text-classification": "SequenceClassification",
    "zero-shot-classification": "SequenceClassification",
    "summarization": "Seq2SeqLM",
    "translation": "Seq2SeqLM",
    "automatic-speech-recognition": "SpeechSeq2Seq",
}
SPACES_BY_TASK = {
    "black-forest-labs/FLUX.1-schnell": "text-to-image",
    "evalstate/flux1_schnell": "text-to-image",
    "stabilityai/stable-diffusion": "text-to-image",
    "hf-audio/whisper-large-v3": "automatic-speech-recognition",
    "hexgrad/Kokoro-TTS": "text-to-speech",
    "Qwen/Qwen2.5-Coder-Artifacts": "text-generation",
    "depth-anything/Depth-Anything-V2": "depth-estimation",
    "mteb/leaderboard": "sentence-similarity",
}


def dataset(row: Row) -> Repo:
    tasks, languages = row["tasks"].split(), row["languages"].split()
    card = _without_empty(
        license=row["license"],
        language=languages,
        task_categories=tasks,
        size_categories=[row["size_category"]],
        pretty_name=row["pretty_name"],
    )
    tags = [
        *(f"task_categories:{task}" for task in tasks),
        *(f"language:{language}" for language in languages),
        f"license:{row['license']}",
        f"size_categories:{row['size_category']}",
        "format:parquet",
        "library:datasets",
        *(f"arxiv:{paper}" for paper in row["arxiv"].split()),
        "region:us",
    ]
    text = cards.dataset_card(row["pretty_name"], row["description"], card)
    commits = history(row, {".gitattributes": ATTRIBUTES, "README.md": text.encode()}, {})
    details = {"description": row["description"], "tables": tables_of(row["id"], tasks)}
    return make_repo("dataset", row, commits, card, tags=tuple(tags), details=details)


def tables_of(dataset: str, tasks: list[str]) -> tuple[Table, ...]:
    if dataset == "nyu-mll/glue":
        return rows.review_tables("sst2", 67_349) + rows.review_tables("cola", 8_551)
    if "question-answering" in tasks:
        return rows.question_tables(87_599, 10_570)
    if "text-classification" in tasks:
        return rows.review_tables("plain_text", 25_000)
    return rows.text_tables("default", 10_000)


def space(row: Row) -> Repo:
    app_file = "index.html" if row["sdk"] == "static" else "app.py"
    card = {
        "title": row["title"],
        "emoji": row["emoji"],
        "colorFrom": row["color_from"],
        "colorTo": row["color_to"],
        "sdk": row["sdk"],
        "app_file": app_file,
        "pinned": False,
        "short_description": row["description"],
    }
    extra_tags = row["tags"].split()
    text = cards.space_card(row["title"], row["description"], card)
    source = "<h1>Hello</h1>\n" if row["sdk"] == "static" else APP_SOURCE
    files = {"README.md": text.encode(), app_file: source.encode()}
    commits = history(row, files, {})
    details: dict[str, Any] = {
        **{name: card[name] for name in ("title", "emoji", "colorFrom", "colorTo", "sdk")},
        "shortDescription": row["description"],
        "ai_short_description": row["description"],
        "ai_category": row["category"],
        "models": [],
        "datasets": [],
        "runtime": runtime(row, commits[0].oid),
    }
    tags = (row["sdk"], *extra_tags, "region:us")
    return make_repo("space", row, commits, card, tags=tags, details=details)


APP_SOURCE = """import gradio as gr


def greet(name: str) -> str:
    \"\"\"Greet somebody.\"\"\"
    return f"Hello, {name}!"


gr.Interface(greet, "text", "text").launch(mcp_server=True)
"""


def runtime(row: Row, sha: str) -> dict[str, Any]:
    stage, hardware = row["stage"], row["hardware"] or None
    is_up = stage == "RUNNING"
    domain = row["id"].lower().replace("/", "-").replace(".", "-").replace("_", "-") + ".hf.space"
    return {
        "stage": stage,
        **({"errorMessage": "Exit code: 1. Reason: boom"} if "ERROR" in stage else {}),
        "hardware": {"current": hardware if is_up else None, "requested": hardware},
        "storage": None,
        "gcTimeout": 172_800,
        "replicas": {"current": int(is_up), "requested": 1},
        "devMode": False,
        "domains": [{"domain": domain, "stage": "READY"}],
        "sha": sha,
    }
