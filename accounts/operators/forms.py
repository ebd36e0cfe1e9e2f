"""What operators and admins fill in."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from accounts.hub_names import is_hub_name
from accounts.models import User
from accounts.operators.models import MAX_REASON, Block, Role
from accounts.operators.subjects import MAX_WORD, OF_ORGANIZATION, id_of, is_hub_id, word_of
from accounts.proxies import read_address, read_network

_LASTS = {
    "hour": ("1 hour", timedelta(hours=1)),
    "day": ("1 day", timedelta(days=1)),
    "week": ("7 days", timedelta(days=7)),
    "month": ("30 days", timedelta(days=30)),
    "undone": ("Until it is undone", None),
}

EXAMPLE_ID = "id:5dd96eb166059660ed1ee413"

SMALLEST_PREFIX = {4: 16, 6: 32}
"""A network that is larger is more than one operator's customers, or a typing error."""


class BlockForm(forms.Form):
    """A new block. `block` is what it is made of, once it is valid."""

    kind = forms.ChoiceField(label="What", choices=Block.Kind.choices)
    subject = forms.CharField(
        label="Which",
        max_length=200,
        help_text="A name or id:… on Hugging Face; a client’s whole name; a network such as "
        "192.0.2.0/24; a Space as owner/name, or owner/* for all of one.",
    )
    versions = forms.CharField(
        label="Versions (of a client)",
        required=False,
        max_length=100,
        help_text="Such as >=1.0,<1.4. Empty: all.",
    )
    reason = forms.CharField(
        max_length=MAX_REASON, help_text="Told to whoever is blocked, and in the audit log."
    )
    lasts = forms.ChoiceField(
        label="For how long", choices=[(name, label) for name, (label, _) in _LASTS.items()]
    )

    def __init__(
        self, data: Any = None, *, initial: dict[str, Any] | None = None, own_address: str = ""
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self._own_address = own_address
        self._name = ""

    def clean(self) -> None:
        kind, subject = self.cleaned_data.get("kind"), self.cleaned_data.get("subject", "").strip()
        versions = self.cleaned_data.get("versions", "").strip()
        try:
            if kind and subject:
                self.cleaned_data["subject"] = self._read_subject(Block.Kind(kind), subject)
        except forms.ValidationError as error:
            self.add_error("subject", error)
        if versions and kind != Block.Kind.CLIENT:
            self.add_error("versions", "Only clients have versions.")
        try:
            if versions and not SpecifierSet(versions):
                raise InvalidSpecifier  # nothing but commas, which would be all versions
        except InvalidSpecifier:
            self.add_error("versions", "Write a range such as >=1.0,<1.4.")

    def _read_subject(self, kind: Block.Kind, text: str) -> str:
        match kind:
            case Block.Kind.PERSON:
                return self._read_person(text)
            case Block.Kind.NETWORK:
                return self._read_network(text)
            case Block.Kind.SPACE:
                return _read_space(text)
            case _:
                return _read_client(text)

    def _read_person(self, text: str) -> str:
        try:
            word = word_of(text)
        except ValueError as error:
            raise forms.ValidationError("That is neither a name nor an id.") from error
        if word.startswith(OF_ORGANIZATION):
            raise forms.ValidationError("An organization is kept out by ACCESS_DENIED.")
        hf_id = id_of(word)
        by = {"hf_id": hf_id} if hf_id else {"username__iexact": word, "hf_id__isnull": False}
        user = User.objects.filter(**by).first()
        if user is not None:
            self._name = user.username
            return user.hf_id or ""
        if is_hub_id(hf_id):
            return hf_id
        raise forms.ValidationError(
            "Nobody here has this id, and those of Hugging Face are 24 hex digits."
            if hf_id
            else "Nobody of this name has signed in here. Names change hands: use id:…."
        )

    def _read_network(self, text: str) -> str:
        if "%" in text:
            raise forms.ValidationError("Leave out the zone, % and what follows it.")
        try:
            network = read_network(text)
        except ValueError as error:
            raise forms.ValidationError("That is no network, such as 192.0.2.0/24.") from error
        if network.prefixlen < SMALLEST_PREFIX[network.version]:
            largest = f"/{SMALLEST_PREFIX[network.version]}"
            raise forms.ValidationError(f"That network is too large: {largest} is the largest.")
        own = read_address(self._own_address)
        if own is not None and own in network:
            raise forms.ValidationError("You come from this network yourself.")
        return str(network)

    @property
    def block(self) -> Block:
        asked = self.cleaned_data
        lasts = _LASTS[asked["lasts"]][1]
        return Block(
            kind=asked["kind"],
            subject=asked["subject"],
            name=self._name,
            versions=asked["versions"],
            reason=asked["reason"],
            ends_at=timezone.now() + lasts if lasts else None,
        )


def _read_client(text: str) -> str:
    if text.endswith("*"):
        raise forms.ValidationError(
            "Write the whole name as the client gives it: * stands for nothing here. To keep out "
            "whatever somebody runs, block the person or the network."
        )
    return text


def _read_space(text: str) -> str:
    owner, slash, name = text.lower().partition("/")
    if not (slash and is_hub_name(owner) and (name == "*" or is_hub_name(name))):
        raise forms.ValidationError("A Space is written as owner/name, or owner/*.")
    return f"{owner}/{name}"


def _is_of_somebody(hf_id: str) -> bool:
    """Whether it is the id of somebody here: another Hub may make its ids in another way."""
    return User.objects.filter(hf_id__iexact=hf_id).exists()


class SubjectForm(forms.Form):
    """Whom an admin means."""

    who = forms.CharField(
        label="Who",
        max_length=MAX_WORD,
        help_text="A name or id:… on Hugging Face, or org:name for the members of an organization.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_who(self) -> str:
        try:
            return word_of(self.cleaned_data["who"])
        except ValueError as error:
            raise forms.ValidationError("Write a name, id:… or org:name.") from error


class NewSubjectForm(SubjectForm):
    """Whom an admin gives something to; what was given before can be taken from any word."""

    def clean_who(self) -> str:
        word = super().clean_who()
        if (hf_id := id_of(word)) and not is_hub_id(hf_id) and not _is_of_somebody(hf_id):
            raise forms.ValidationError(
                f"Ids of Hugging Face are 24 hex digits, such as {EXAMPLE_ID}. "
                "Leave out id: if it is a name."
            )
        return word


class RoleForm(NewSubjectForm):
    role = forms.TypedChoiceField(choices=Role.choices, coerce=lambda value: Role(int(value)))


class OwnRoleForm(forms.Form):
    """The role that is given to one person; "" takes it away."""

    role = forms.TypedChoiceField(
        label="Given to this person",
        choices=[("", "None"), *Role.choices],
        coerce=lambda value: Role(int(value)),
        empty_value=None,
        required=False,
    )


class SearchForm(forms.Form):
    q = forms.CharField(label="Part of a name", required=False, max_length=100)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
