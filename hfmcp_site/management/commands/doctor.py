"""`hfmcp doctor`: looks at all that a deployment needs, and says what to do."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from hfmcp_site.doctor.arrivals import MOST_SILENT_SECONDS
from hfmcp_site.doctor.configuration import check_settings
from hfmcp_site.doctor.database import check_database, check_keys
from hfmcp_site.doctor.files import check_files
from hfmcp_site.doctor.findings import Check, Finding, Level, examine
from hfmcp_site.doctor.front import check_front
from hfmcp_site.doctor.hub import check_hub, check_oauth_app
from hfmcp_site.doctor.shared_redis import check_redis

CHECKS: dict[str, Check] = {
    "settings": check_settings,
    "database": check_database,
    "keys": check_keys,
    "redis": check_redis,
    "files": check_files,
    "hub": check_hub,
    "oauth": check_oauth_app,
}


class Command(BaseCommand):
    help = "Looks at settings, database, Redis, Hugging Face and the proxy, and says what to do."
    requires_system_checks = ()  # they are among what is told

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--wait",
            type=int,
            default=0,
            choices=range(MOST_SILENT_SECONDS + 1),
            metavar="SECONDS",
            help="also find out whether an answer that takes so long gets through the proxy",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(self._tell_each(_examine(options["wait"]), as_json=options["json"]))
        is_well = not any(finding.level is Level.FAILURE for finding in findings)
        if options["json"]:
            found = [asdict(finding) for finding in findings]
            self.stdout.write(json.dumps({"ok": is_well, "findings": found}, indent=2))
        if not is_well:
            sys.exit(1)

    def _tell_each(self, findings: Iterator[Finding], *, as_json: bool) -> Iterator[Finding]:
        for finding in findings:
            if not as_json:
                self.stdout.write(self._line(finding))
            yield finding

    def _line(self, finding: Finding) -> str:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.FAILURE: self.style.ERROR,
        }
        level = styles[finding.level](f"{finding.level:<8}")
        remedy = f"\n{' ' * 19}-> {finding.remedy}" if finding.remedy else ""
        return f"{level} {finding.topic:<9} {finding.text}{remedy}"


def _examine(wait_seconds: int) -> Iterator[Finding]:
    checks: dict[str, Check] = {**CHECKS, "front": partial(check_front, wait_seconds)}
    for topic, check in checks.items():
        yield from examine(topic, check)
