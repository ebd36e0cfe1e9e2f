import atexit
from typing import Any

from django.apps import AppConfig


def _forget_person(instance: Any, **_: Any) -> None:
    from dashboard.store import forget_person

    forget_person(instance.pk)


class DashboardConfig(AppConfig):
    name = "dashboard"
    verbose_name = "Dashboard"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.contrib.auth.signals import user_logged_out
        from django.db.models.signals import post_delete

        from accounts import housekeeping
        from accounts.outgoing import watching
        from dashboard import connections, store
        from dashboard.announcements import announce_sign_out
        from dashboard.call_log import call_log
        from dashboard.hub_counts import hub_counts
        from dashboard.listed_again import listed_again
        from dashboard.recorder import recorder
        from dashboard.stream_counts import stream_counts
        from mcpendpoint.protocol import records
        from mcpendpoint.push.calls.logs import call_logs
        from mcpendpoint.push.streams import open_streams

        housekeeping.register("counts of the dashboard", store.prune)
        housekeeping.register("workers' open streams", connections.forget_old)
        open_streams.listen(connections.connections.note)
        open_streams.listen(stream_counts.note)
        call_logs.listen(stream_counts.note_resumed_call)
        open_streams.listen(listed_again.note_told)
        records.listen(listed_again.note)
        records.listen(recorder.note)
        records.listen(call_log.note)
        watching.listen(hub_counts.note)
        user_logged_out.connect(announce_sign_out)
        post_delete.connect(_forget_person, sender=get_user_model())
        atexit.register(recorder.finish_at_exit)
        atexit.register(call_log.finish_at_exit)
        atexit.register(hub_counts.finish_at_exit)
