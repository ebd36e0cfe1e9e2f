"""Tells the build what the product needs: the lines of requirements.txt, and nothing of its own."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Requirements(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements.txt").read_text().splitlines()
        wanted = [line.partition("#")[0].strip() for line in lines]
        metadata["dependencies"] = [requirement for requirement in wanted if requirement]
