"""Arguments that are right, to show beside those that were refused. No I/O."""

from collections.abc import Iterable
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import annotated_types
import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mcpendpoint.tools.leniency import core_of

# The same name means the same in every tool; a field with `examples` of its own is another matter.
_BY_NAME: dict[str, Any] = {
    "arxiv_id": "2502.02737",
    "author": "google",
    "collection_id": "smollm2-6723884218bcda64b34d7db9",
    "command": ["python", "-c", "print(1)"],
    "config": "default",
    "content": "# My model\n",
    "cursor": "the next_cursor of the page before",
    "dataset_id": "rajpurkar/squad",
    "doc_url": "https://huggingface.co/docs/transformers/index",
    "env": {"EPOCHS": "3"},
    "filters": ["text-generation", "language:en"],
    "flavor": "t4-small",
    "help": True,
    "image": "python:3.12",
    "item": "models/google/gemma-3-4b-it",
    "job_id": "687f911eaea852de79c4a50a",
    "labels": {"team": "ml"},
    "library": "transformers",
    "model_id": "google/gemma-3-4b-it",
    "model_ids": "openai/gpt-oss-20b, Qwen/Qwen3-8B",
    "name": "nightly",
    "namespace": "google",
    "newSpaceId": "my-app",
    "owner": "google",
    "product": "transformers",
    "python": "3.12",
    "query": "speech recognition",
    "repo_ids": ["google/gemma-3-4b-it"],
    "resource_group_id": "66670e5163145ca562cb1988",
    "schedule": "0 9 * * 1-5",
    "scheduled_job_id": "687f911eaea852de79c4a50b",
    "script": "print('Hello')",
    "script_args": ["--epochs", "3"],
    "secrets": {"HF_TOKEN": "$HF_TOKEN"},
    "sourceSpaceId": "gradio/hello_world",
    "source_uri": "hf://models/google/gemma-3-4b-it",
    "spaceName": "gradio/hello_world",
    "split": "train",
    "status": ["RUNNING"],
    "tags": ["language:en"],
    "task": "text-generation",
    "timeout": "2h",
    "uri": "hf://models/OWNER/NAME",
    "user_id": "google",
    "username": "google",
    "volumes": ["hf://datasets/google/boolq:/data:ro"],
    "with_deps": ["polars"],
}


def example_call(model: type[BaseModel], wrong: Iterable[str] = ()) -> str:
    """Return arguments in JSON: what is required, and what was wrong as it would be right."""
    asked = set(wrong)
    return orjson.dumps(
        {
            name: example_of(name, field)
            for name, field in model.model_fields.items()
            if field.is_required() or name in asked
        }
    ).decode()


def example_of(name: str, field: FieldInfo) -> Any:
    if field.examples:
        return field.examples[0]
    if name in _BY_NAME:
        return _BY_NAME[name]
    return _of_type(field.annotation, field)


def _of_type(annotation: Any, field: FieldInfo) -> Any:
    core, _ = core_of(annotation)
    if get_origin(core) is Literal:
        return get_args(core)[0]
    if get_origin(core) is list:
        return [_of_type(get_args(core)[0], field)]
    if isinstance(core, type) and issubclass(core, Enum):
        return next(iter(core)).value
    if core is bool:
        return True
    if core is int:
        least = [mark.ge for mark in field.metadata if isinstance(mark, annotated_types.Ge)]
        return field.default if isinstance(field.default, int) else [*least, 1][0]
    return "text"
