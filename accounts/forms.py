"""What people may send us from the sign-in and settings pages."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.access_keys import MAX_KEYS, MAX_NAME_LENGTH, PREFIX
from accounts.authorization.scopes import DEFAULT_SCOPES, LABELS, Scope, ScopeLabel
from accounts.catalogue import ToolChoice, catalogue
from accounts.consequences import ApprovalChoices, Choice, is_laxer, read_choices
from accounts.groups.offers import Offer
from accounts.profile_models import Profile
from accounts.tool_choices import TOOL_OPTIONS, ToolChoices

APPROVAL_FIELDS = ("approve_delete", "approve_publish", "approve_spend")
"""In the order of ApprovalChoices."""


class TokenForm(forms.Form):
    token = forms.CharField(
        max_length=4_096,
        error_messages={"required": gettext_lazy("Paste your token here.")},
        validators=[
            RegexValidator(
                r"^[\x21-\x7e]+$",
                gettext_lazy("A token is one word of letters, digits and underscores."),
            )
        ],
    )

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if token.startswith(PREFIX):
            raise forms.ValidationError(
                gettext_lazy(
                    "This is an access key of this server, made for MCP clients. "
                    "Signing in takes a Hugging Face token."
                )
            )
        return token


def _tool_choices() -> list[tuple[str, str]]:
    return [(tool.name, tool.title) for tool in catalogue.tools]


def _approval_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=Choice.choices,
        required=False,
        initial=Choice.ASK,
        error_messages={"invalid_choice": "Choose to be asked, not to be asked, or never."},
    )


class ToolsForm(forms.Form):
    tools = forms.MultipleChoiceField(
        choices=_tool_choices,
        required=False,
        error_messages={"invalid_choice": "There is no tool named %(value)s."},
    )
    include_images = forms.BooleanField(required=False)
    urls_may_write = forms.BooleanField(required=False)
    version = forms.CharField(required=False, max_length=16)
    """Of the choices that the page showed as saved."""

    def keep_within(self, offer: Offer, saved: frozenset[str]) -> None:
        """Refuse what is not offered, and keep of it what was `saved` before: no tick can tell of
        it, and it counts again once it is offered.
        """
        withheld = frozenset(tool.name for tool in catalogue.tools if not offer.has_tool(tool.name))
        ticked = frozenset(self.cleaned_data["tools"])
        titles = [each.title for each in catalogue.tools if each.name in ticked & withheld - saved]
        if titles:
            self.add_error("tools", f"{', '.join(titles)}: {offer.why_not}")
            return
        self.cleaned_data["tools"] = sorted(ticked - withheld | saved & withheld)

    @property
    def ticked(self) -> frozenset[str]:
        """Names of the tools to show as selected: what was sent, else what is saved."""
        value = self["tools"].value()
        return catalogue.with_brought(value or ())

    def rows(self) -> list[tuple[ToolChoice, bool]]:
        ticked = self.ticked
        return [(tool, tool.is_always_on or tool.name in ticked) for tool in catalogue.tools]


def _what_can_be_ticked() -> list[tuple[str, str]]:
    tools = [(tool.name, tool.title) for tool in catalogue.tools if not tool.is_always_on]
    return [*tools, *TOOL_OPTIONS.items()]


class TickForm(ToolsForm):
    """The same form as somebody sees it who has just ticked or unticked one of its boxes."""

    changed = forms.ChoiceField(
        choices=_what_can_be_ticked,
        error_messages={"invalid_choice": "There is no tool named %(value)s any more."},
    )

    @property
    def is_on(self) -> bool:
        return self.cleaned_data["changed"] in self.boxes

    @property
    def boxes(self) -> frozenset[str]:
        """Names of all that is ticked on the page: tools and options."""
        options = (name for name in TOOL_OPTIONS if self.cleaned_data[name])
        return frozenset(self.cleaned_data["tools"]).union(options)


def tools_form(choices: ToolChoices) -> ToolsForm:
    return ToolsForm(
        initial={
            "tools": sorted(choices.tools or ()),
            "include_images": choices.include_images,
            "urls_may_write": choices.urls_may_write,
        }
    )


class ApprovalsForm(forms.Form):
    approve_delete = _approval_field()
    approve_publish = _approval_field()
    approve_spend = _approval_field()
    version = forms.CharField(required=False, max_length=80)
    """Of the choices that the page showed as saved."""

    @property
    def approvals(self) -> ApprovalChoices:
        """What is chosen to be asked about: what was sent, else what is saved."""
        return read_choices(self[name].value() for name in APPROVAL_FIELDS)

    def keep_within(self, offer: Offer) -> None:
        """Refuse what is laxer than a group allows."""
        least = offer.least.as_words().values()
        for name, least_of_it in zip(APPROVAL_FIELDS, least, strict=True):
            if is_laxer(self.cleaned_data[name] or Choice.ASK, least_of_it):
                self.add_error(name, offer.why_not)


def approvals_form(choices: ApprovalChoices) -> ApprovalsForm:
    words = choices.as_words().values()
    return ApprovalsForm(initial=dict(zip(APPROVAL_FIELDS, words, strict=True)))


class AccessKeyForm(forms.Form):
    name = forms.CharField(
        max_length=MAX_NAME_LENGTH,
        error_messages={"required": "Give the key a name, such as the client that will use it."},
    )
    scopes = forms.MultipleChoiceField(
        initial=[scope.value for scope in DEFAULT_SCOPES],
        error_messages={
            "required": "Tick at least one thing that the key may do.",
            "invalid_choice": "No key can get %(value)s: your own access does not allow it.",
        },
    )
    days = forms.TypedChoiceField(
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "no end")],
        initial="365",
        required=False,
        coerce=int,
        empty_value=None,
    )
    profile = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "You have no such profile (any more)."},
    )

    def __init__(
        self,
        grantable: Collection[Scope],
        *args: Any,
        profiles: Iterable[Profile] = (),
        **kwargs: Any,
    ) -> None:
        """`grantable` are the scopes that this session can grant (accounts.granting), `profiles`
        those of the person, each of which the key may open alone."""
        super().__init__(*args, **kwargs)
        named = [(str(profile.pk), f"{profile.name} alone") for profile in profiles]
        self.fields["profile"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "each of your profiles"),
            *named,
        ]
        self._grantable = grantable
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (scope.value, words.title) for scope, words in LABELS.items() if scope in grantable
        ]

    def scope_rows(self) -> list[tuple[Scope, ScopeLabel, bool]]:
        ticked = set(self["scopes"].value() or ())
        return [
            (scope, words, scope.value in ticked)
            for scope, words in LABELS.items()
            if scope in self._grantable
        ]

    def withheld(self) -> list[ScopeLabel]:
        """Return what no key can get, since the person's own access does not allow it."""
        return [words for scope, words in LABELS.items() if scope not in self._grantable]

    @property
    def chosen_scopes(self) -> frozenset[Scope]:
        return frozenset(map(Scope, self.cleaned_data["scopes"]))

    @property
    def expires_at(self) -> datetime | None:
        days: int | None = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None

    @property
    def has_profiles(self) -> bool:
        return len(self.fields["profile"].choices) > 1  # type: ignore[attr-defined]

    def refuse_profile(self) -> None:
        """For one that was deleted just now."""
        self.add_error("profile", "You have no such profile (any more).")

    def refuse_name(self) -> None:
        """Also what keeps a reload of the page that shows a new key from making another."""
        self.add_error("name", "You have a key of this name already.")

    def refuse_for_too_many(self) -> None:
        self.add_error("name", f"You can have at most {MAX_KEYS} keys. Revoke one first.")
