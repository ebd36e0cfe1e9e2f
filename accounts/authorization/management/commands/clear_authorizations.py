from django.core.management.base import BaseCommand

from accounts.authorization.housekeeping import tidy_up


class Command(BaseCommand):
    help = (
        "Removes expired codes, tokens and sessions, and MCP clients that nobody authorized. "
        "A server that is in use does so by itself, hourly."
    )

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"Removed {tidy_up()} unused clients and what had expired.")
