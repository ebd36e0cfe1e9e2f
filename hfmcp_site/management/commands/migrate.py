"""Django's `migrate`, which any number of hosts may start at the same time."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from hfmcp_site.migration_lock import LockTaken, alone_on


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with alone_on(connections[options["database"]], tell=self._tell):
                super().handle(*args, **options)
        except LockTaken as error:
            raise CommandError(str(error)) from error

    def _tell(self) -> None:
        self.stderr.write("Another process migrates this database; waiting for it.")
