"""What a word of an operator waits for before it means anybody here, for admins to read."""

from collections.abc import Sequence

from django.db.models.functions import Upper

from accounts.models import User
from accounts.operators.bindings import people_bound_to
from accounts.operators.models import NameBinding
from accounts.operators.subjects import OF_ID, OF_ORGANIZATION, is_name


def waits_for(words: Sequence[str]) -> dict[str, str]:
    """Return that of those of these words that mean nobody here yet; four queries in all."""
    here = people_bound_to(words)
    bound = dict(NameBinding.objects.filter(word__in=words).values_list("word", "hf_id"))
    open_names = [word for word in words if is_name(word) and word not in bound]
    held = _held(open_names)
    found = {word: _wait(word, bound, held) for word in words if word not in here}
    return {word: wait for word, wait in found.items() if wait}


def _held(names: Sequence[str]) -> set[str]:
    """Return those that somebody here has."""
    people = User.objects.annotate(upper=Upper("username")).filter(hf_id__isnull=False)
    found = people.filter(upper__in=[name.upper() for name in names])
    return {name.lower() for name in found.values_list("username", flat=True)}


def _wait(word: str, bound: dict[str, str], held: set[str]) -> str:
    if word.startswith(OF_ORGANIZATION):
        waits = is_name(word) and word not in bound
        return "from when a member signs in next" if waits else ""
    if word.startswith(OF_ID):
        return "nobody with this id has signed in yet"
    if word in bound:
        return f"it stands for {OF_ID}{bound[word]}, who has no account here"
    if word in held:
        return "from when they sign in next"
    return "nobody with this name has signed in yet"
