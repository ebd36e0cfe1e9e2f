"""What admins fill in about groups."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from accounts.catalogue import catalogue
from accounts.consequences import Choice
from accounts.groups.models import MAX_DESCRIPTION, MAX_NAME, Group
from accounts.groups.offers import SpacesOffered
from accounts.groups.reading import rules_of
from accounts.hub_names import is_hub_name
from accounts.operators.subjects import MAX_WORD, word_of

MAX_PATTERNS = 500
MAX_PASTED = 500
MAX_PER_MINUTE = 1_000_000
MAX_SHOWN = 60
ALL, SOME = "all", "some"
_TOOLS, _SPACES = "These tools", "These Spaces"

_SEPARATORS = re.compile(r"[\s,;]+")


def _tool_choices() -> list[tuple[str, str]]:
    return [(tool.name, f"{tool.title} ({tool.name})") for tool in catalogue.tools]


def _offered_tools() -> list[tuple[str, str]]:
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}
    return [choice for choice in _tool_choices() if choice[0] not in always_on]


class _SpacesField(forms.CharField):
    """Spaces, one a line or with commas between them, as a list."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def __init__(self, *, patterns: bool, **facts: Any) -> None:
        super().__init__(required=False, max_length=MAX_PATTERNS * 200, **facts)
        self._patterns = patterns

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        text = text.lower() if self._patterns else text
        words = dict.fromkeys(filter(None, _SEPARATORS.split(text)))
        if len(words) > MAX_PATTERNS:
            raise forms.ValidationError(f"At most {MAX_PATTERNS} can be listed.")
        for word in words:
            owner, slash, name = word.partition("/")
            is_name = is_hub_name(name) or (self._patterns and name == "*")
            if not (slash and is_hub_name(owner) and is_name):
                form = "owner/name, or owner/*" if self._patterns else "owner/name"
                raise forms.ValidationError(f"“{word[:MAX_SHOWN]}” is not written as {form}.")
        return list(words)


def _which(all_label: str, some_label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[(ALL, all_label), (SOME, some_label)], initial=ALL, widget=forms.RadioSelect
    )


def _tools(choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def _limit(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=MAX_PER_MINUTE)


def _least(label: str) -> forms.ChoiceField:
    words = {Choice.ALLOW: "As each chooses", Choice.ASK: "Ask at least", Choice.NEVER: "Never"}
    return forms.ChoiceField(label=label, choices=[(each.value, words[each]) for each in words])


class GroupForm(forms.Form):
    name = forms.CharField(max_length=MAX_NAME, help_text="Members read it.")
    description = forms.CharField(
        required=False, max_length=MAX_DESCRIPTION, help_text="What it is for. Admins read it."
    )
    is_for_others = forms.BooleanField(
        label="For everybody who signs in and is in no other group", required=False
    )
    tools_offered = _which("All tools", _TOOLS)
    tools = _tools(_offered_tools)
    spaces_offered = _which("All Spaces", _SPACES)
    spaces = _SpacesField(
        label="Spaces",
        patterns=True,
        help_text="owner/name or owner/*, one a line. None: no Space.",
    )
    first_tools = _which("The server’s defaults", _TOOLS)
    default_tools = _tools(_offered_tools)
    first_spaces = _which("The server’s default Spaces", _SPACES)
    default_spaces = _SpacesField(
        label="First Spaces", patterns=False, help_text="owner/name, one a line. None: no Space."
    )
    requests_per_minute = _limit("Requests a minute")
    writes_per_minute = _limit("Calls a minute of tools that change something")
    space_calls_per_minute = _limit("Calls a minute of Spaces and of what costs")
    streams = _limit("Open streams")
    approve_delete = _least("Deleting and overwriting")
    approve_publish = _least("Publishing")
    approve_spend = _least("Spending")

    PLAIN = (
        *("name", "description", "is_for_others"),
        *("requests_per_minute", "writes_per_minute", "space_calls_per_minute", "streams"),
        *("approve_delete", "approve_publish", "approve_spend"),
    )
    """Fields of Group that are as they are typed."""
    LISTS = {
        "tools": "tools_offered",
        "spaces": "spaces_offered",
        "default_tools": "first_tools",
        "default_spaces": "first_spaces",
    }
    """Fields of Group that are NULL unless the other field says that the list counts."""

    def __init__(self, data: Any = None, *, group: Group | None = None) -> None:
        super().__init__(data, initial=_initial(group) if group else None, label_suffix="")
        self._group = group or Group()

    def clean_default_spaces(self) -> list[str]:
        spaces: list[str] = self.cleaned_data["default_spaces"]
        if len(spaces) > settings.MCP_MAX_SPACES:
            raise forms.ValidationError(f"At most {settings.MCP_MAX_SPACES} can be tools at once.")
        return spaces

    def clean(self) -> None:
        if not self.errors:
            self._check_that_lists_count()
        if not self.errors:
            self._check_what_is_first()

    def _check_that_lists_count(self) -> None:
        """A list that is not chosen would be thrown away; to leave one as it was stored is how a
        group is opened to all again.
        """
        for name, which in self.LISTS.items():
            asked, stored = self.cleaned_data[name], getattr(self._group, name)
            if self.cleaned_data[which] == SOME or not asked or set(asked) == set(stored or ()):
                continue
            if name.endswith("spaces"):
                error = f"For these to count, choose “{_SPACES}”, or empty the list."
            else:
                error = f"For these to count, choose “{_TOOLS}”, or untick them."
            self.add_error(name, error)

    def _check_what_is_first(self) -> None:
        """What members begin with has to be offered to them."""
        rules = rules_of(self.write_to(Group()))
        tools = set(rules.default_tools or ()) - set(rules.tools or ())
        if rules.tools is not None and tools:
            self.add_error("default_tools", f"Not among the tools offered: {_listed(tools)}.")
        if rules.spaces is not None:
            offered = SpacesOffered(rules.spaces, "")
            spaces = [each for each in rules.default_spaces or () if not offered.has(each)]
            if spaces:
                self.add_error("default_spaces", f"Not among those offered: {_listed(spaces)}.")

    def limits(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PLAIN if name.endswith("_minute") or name == "streams"]

    def approvals(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PLAIN if name.startswith("approve_")]

    def write_to(self, group: Group) -> Group:
        asked = self.cleaned_data
        for name in self.PLAIN:
            setattr(group, name, asked[name])
        for name, which in self.LISTS.items():
            setattr(group, name, asked[name] if asked[which] == SOME else None)
        return group


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _initial(group: Group) -> dict[str, Any]:
    initial = {name: getattr(group, name) for name in GroupForm.PLAIN}
    for name, which in GroupForm.LISTS.items():
        stored = getattr(group, name)
        initial[which] = ALL if stored is None else SOME
        initial[name] = "\n".join(stored or ()) if name.endswith("spaces") else stored
    return initial


class MembersForm(forms.Form):
    """Whom an admin means, several at once."""

    who = forms.CharField(
        label="Who",
        max_length=MAX_PASTED * MAX_WORD,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="Names or id:… on Hugging Face, or org:name for the members of an organization; "
        "several with commas or line breaks between them.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_who(self) -> list[str]:
        texts = list(filter(None, _SEPARATORS.split(self.cleaned_data["who"])))
        if len(texts) > MAX_PASTED:
            raise forms.ValidationError(f"Add at most {MAX_PASTED} at once.")
        words = []
        for text in texts:
            try:
                words.append(word_of(text))
            except ValueError as error:
                raise forms.ValidationError(
                    f"“{text[:MAX_SHOWN]}” is no name, id:… or org:name. Nobody was added."
                ) from error
        return words


class PersonForm(forms.Form):
    who = forms.CharField(
        label="Person", max_length=MAX_WORD, help_text="A name or id:… of somebody who signed in."
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
