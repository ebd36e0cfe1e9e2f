from django.core.management.base import BaseCommand

from accounts.authorization.housekeeping import tidy_up


class Command(BaseCommand):
    help = "Removes expired codes and tokens, and MCP clients that nobody let in. Run it daily."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"Removed {tidy_up()} unused clients and what had expired.")
