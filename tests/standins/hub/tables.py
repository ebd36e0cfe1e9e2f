"""The rows of data sets, made when asked for: a table of 90,000 rows costs nothing to hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    config: str
    split: str
    num_rows: int
    features: dict[str, Any]  # column -> its type, in the notation of the `datasets` library
    row: Callable[[int], Row]
    bytes_per_row: int = 300

    @property
    def num_bytes(self) -> int:
        return self.num_rows * self.bytes_per_row


def value(dtype: str) -> dict[str, str]:
    return {"dtype": dtype, "_type": "Value"}


def labels(*names: str) -> dict[str, Any]:
    return {"names": list(names), "_type": "ClassLabel"}
