"""Tells the build what the product needs: the lines of requirements.txt, and nothing of its own."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Requirements(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        metadata["dependencies"] = self._lines("requirements.txt")
        metadata["optional-dependencies"] = {
            extra: self._lines(f"requirements-{extra}.txt") for extra in ("s3", "tracing")
        }

    def _lines(self, name: str) -> list[str]:
        lines = (Path(self.root) / name).read_text().splitlines()
        wanted = [line.partition("#")[0].strip() for line in lines]
        return [requirement for requirement in wanted if requirement]
