"""What operators and people may send from the pages of alerts."""

from calendar import day_name
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.validators import URLValidator, validate_email

from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.public_network import PublicNetwork
from accounts.zones import is_zone
from dashboard.alerts.models import PersonalAlerts, Receiver, Rule
from dashboard.alerts.receivers import QuietHours
from dashboard.alerts.sending import is_private_host

if TYPE_CHECKING:
    # Django's forms are generic for type checkers only.
    RuleModelForm = forms.ModelForm[Rule]
    PersonalModelForm = forms.ModelForm[PersonalAlerts]
else:
    RuleModelForm = PersonalModelForm = forms.ModelForm

Kind = Receiver.Kind

_check_url = URLValidator(["https"], message="Give a URL that begins with https://.")

SLACK_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
"""See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ and, for GovSlack,
https://docs.slack.dev/govslack/.
"""

MAX_ADDRESS = 1_000
MAX_THRESHOLD = 1_000_000_000


_UNCHOSEN = {
    "figure": "Choose what is counted",
    "reason": "Not of one reason",
    "window_minutes": "Choose a time",
}
"""What stands in a list of choices as long as nothing is chosen."""


class RuleForm(RuleModelForm):
    threshold = forms.FloatField(label="More than", min_value=0, max_value=MAX_THRESHOLD)
    least = forms.IntegerField(
        label="With requests at least",
        min_value=0,
        max_value=MAX_THRESHOLD,
        initial=0,
        help_text="Of a Space: calls. With fewer, a share says little.",
    )

    class Meta:
        model = Rule
        fields = ("figure", "reason", "threshold", "window_minutes", "least", "is_active")
        labels = {"reason": "Which errors, if they are of one reason"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in _UNCHOSEN.items():
            field = self.fields[name]
            field.choices = [  # type: ignore[attr-defined]  # a ChoiceField
                (value, label if value else words)
                for value, label in field.choices  # type: ignore[attr-defined]
            ]

    field_order = ("figure", "reason", "threshold", "window_minutes", "least", "is_active")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("figure") != Rule.Figure.ERRORS:
            data["reason"] = ""
        elif not data.get("reason"):
            self.add_error("reason", "Choose which errors count.")
        return data


class QuietHoursForm(forms.Form):
    quiet_from = forms.TimeField(
        label="Quiet from", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label="until", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    zone = forms.CharField(label="in the time zone", required=False, max_length=64)

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"] or "UTC"
        if not is_zone(zone):
            raise forms.ValidationError("Write a zone such as Europe/Berlin, or UTC.")
        return zone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("quiet_from") is None) != (data.get("quiet_until") is None):
            self.add_error("quiet_from", "Give both times, or none.")
        elif data.get("quiet_from") is not None and data["quiet_from"] == data["quiet_until"]:
            self.add_error("quiet_from", "Give two different times, or none.")
        return data

    @property
    def quiet_hours(self) -> QuietHours:
        data = self.cleaned_data
        return QuietHours(data["quiet_from"], data["quiet_until"], data["zone"])


class DigestForm(forms.Form):
    day = forms.TypedChoiceField(
        label="A digest",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "never"), *((day, f"every {name}") for day, name in enumerate(day_name))],
    )
    hour = forms.TypedChoiceField(
        label="at", coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )


class ReceiverForm(QuietHoursForm):
    kind = forms.ChoiceField(label="How", choices=Kind.choices)
    address = forms.CharField(label="E-mail address or URL", max_length=MAX_ADDRESS)

    field_order = ("kind", "address", "quiet_from", "quiet_until", "zone")

    def __init__(self, data: Mapping[str, Any] | None = None, *, of_operators: bool, zone: str):
        super().__init__(data, initial={"zone": zone})
        self._of_operators = of_operators
        if not settings.HAS_EMAIL:
            choices = [choice for choice in Kind.choices if choice[0] != Kind.EMAIL]
            self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
            self.fields["address"].label = "URL"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind, address = data.get("kind"), data.get("address")
        if kind and address:
            try:
                self._check(kind, address)
            except forms.ValidationError as error:
                self.add_error("address", error)
        return data

    def _check(self, kind: str, address: str) -> None:
        if kind == Kind.EMAIL:
            validate_email(address)
            return
        if self._of_operators and address.startswith("http") and is_private_host(address):
            return
        if kind == Kind.SLACK and urlsplit(address).hostname not in SLACK_HOSTS:
            raise forms.ValidationError("Slack’s begin with https://hooks.slack.com/.")
        _check_url(address)
        try:
            PublicNetwork(any_port=True).check_url(address)
        except OutgoingError as error:
            raise forms.ValidationError("Give a URL that begins with https://.") from error

    def refuse_for_too_many(self) -> None:
        self.add_error(None, "There are as many receivers as there may be. Remove one first.")


class PersonalForm(PersonalModelForm):
    class Meta:
        model = PersonalAlerts
        fields = ("spaces", "endings", "approvals")
