"""GET /api/jobs/hardware: what there is to run on. The prices are made up, but for their order."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@dataclass(frozen=True)
class Hardware:
    name: str
    row: dict[str, str]

    @property
    def micro_usd_per_minute(self) -> int:
        return round(float(self.row["usd_per_hour"]) * 1_000_000 / 60)

    def render(self) -> dict[str, Any]:
        row = self.row
        accelerator = {
            "type": row["accelerator"],
            **{name: row[name] for name in ("model", "quantity", "vram", "manufacturer")},
        }
        return {
            "name": self.name,
            "prettyName": row["pretty_name"],
            "cpu": row["cpu"],
            "ram": row["ram"],
            "ephemeralStorage": row["ephemeral"],
            "accelerator": accelerator if row["accelerator"] else None,
            "unitCostMicroUSD": self.micro_usd_per_minute,
            "unitCostUSD": self.micro_usd_per_minute / 1_000_000,
            "unitLabel": "minute",
        }


def _read() -> dict[str, Hardware]:
    with Path(__file__).with_name("hardware.csv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: Hardware(row["name"], row) for row in csv.DictReader(lines)}


BY_NAME = _read()


async def list_hardware(request: Request) -> Response:
    return JSONResponse([hardware.render() for hardware in BY_NAME.values()])
