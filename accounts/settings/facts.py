"""What the list of the settings tells of a person, each asked once and only where it is told."""

from functools import cached_property

from accounts.approvals import count_waiting
from accounts.authorization.connections import connected_apps
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.hub_webhooks import own_webhook
from accounts.models import HubCredential, User
from accounts.pins import waiting_spaces
from accounts.preferences import Preferences, load_preferences


class Facts:
    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def preferences(self) -> Preferences:
        return load_preferences(self.user.pk, self.user.edited_profile_id)

    @cached_property
    def offer(self) -> Offer:
        return offer_to(self.user)

    @cached_property
    def waiting_spaces(self) -> int:
        return len(waiting_spaces(self.user))

    @cached_property
    def waiting_approvals(self) -> int:
        return count_waiting(self.user)

    @cached_property
    def profiles(self) -> int:
        """Of those that have a name."""
        return self.user.profiles.count()

    @cached_property
    def keys(self) -> int:
        return self.user.access_keys.count()

    @cached_property
    def apps(self) -> int:
        return len(connected_apps(self.user))

    @cached_property
    def credential(self) -> HubCredential | None:
        return HubCredential.objects.filter(user_id=self.user.pk).first()

    @cached_property
    def has_webhook(self) -> bool:
        return own_webhook(self.user) is not None
