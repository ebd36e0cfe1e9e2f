from django.apps import AppConfig
from django.conf import settings


class FilesConfig(AppConfig):
    name = "mcpendpoint.files"
    label = "files"
    verbose_name = "Files of people"

    def ready(self) -> None:
        if settings.HAS_DATABASE:
            _register_housekeeping()


def _register_housekeeping() -> None:
    from accounts import housekeeping
    from mcpendpoint.files import forgetting, incoming, questions

    forgetting.follow_deletions()
    housekeeping.register("files", forgetting.forget_old)
    housekeeping.register("questions for files", questions.forget_expired)
    housekeeping.register("used tickets", incoming.forget_tickets)
    housekeeping.register("pieces of files that are nobody's", forgetting.sweep)
