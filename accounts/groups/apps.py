from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "accounts.groups"
    label = "groups"
    verbose_name = "Groups"

    def ready(self) -> None:
        # Models are there from here on.
        from accounts.groups.models import GroupMember
        from accounts.operators.bindings import register_written

        register_written(GroupMember)
