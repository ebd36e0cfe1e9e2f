"""Names on the Hub change hands, ids do not: a name that an operator wrote down stands for the id
that had it when it was first met here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.operators.models import Invitation, Membership, NameBinding, RoleGrant
from accounts.operators.subjects import (
    OF_ID,
    OF_ORGANIZATION,
    Organization,
    is_name,
    names_held,
    words_by_id,
)

Words = frozenset[str]
"""By which operators may mean somebody: accounts.operators.subjects."""

_written_in: list[type[Model]] = [RoleGrant, Invitation]


def register_written(model: type[Model]) -> None:
    """Let the words in `subject` of a model count as written down by an operator."""
    if model not in _written_in:
        _written_in.append(model)


def is_any_written(prefix: str) -> bool:
    """Return whether a word that begins so was written down on a page."""
    return any(_words_in(model, subject__startswith=prefix).exists() for model in _written_in)


def _words_in(model: type[Model], **conditions: Any) -> QuerySet[Any, str]:
    rows: QuerySet[Any, str] = model._default_manager.filter(**conditions).values_list(
        "subject", flat=True
    )
    return rows


def bind_names(hf_id: str, name: str, organizations: Sequence[Organization]) -> None:
    """Bind those of these names that an operator wrote down and that stand for nobody yet."""
    held = names_held(hf_id, name, organizations)
    bound = NameBinding.objects.filter(word__in=held).values_list("word", flat=True)
    for word in _written(set(held)).difference(bound):
        NameBinding.objects.get_or_create(word=word, defaults={"hf_id": held[word]})


def bind_holder(word: str) -> None:
    """Bind a name of a person to who is known here by it, if somebody is and it is not bound yet.

    Who was renamed on the Hub is known by that until somebody else signs in with the name.
    """
    if is_name(word) and not word.startswith(OF_ORGANIZATION):
        named = User.objects.filter(username__iexact=word)
        if hf_id := named.values_list("hf_id", flat=True).first():
            NameBinding.objects.get_or_create(word=word, defaults={"hf_id": hf_id})


def own_word(user: User) -> str:
    """Return the word for this person and nobody else."""
    return f"{OF_ID}{user.hf_id}".lower()


def _written(words: set[str]) -> set[str]:
    stored = (word for model in _written_in for word in _words_in(model, subject__in=words))
    return words.intersection({*settings.ACCESS_ALLOWED, *settings.ACCESS_DENIED}).union(stored)


def forget_binding(word: str) -> None:
    """Let a name stand for whoever has it next, unless an operator means it elsewhere still."""
    if is_name(word) and not _written({word}):
        NameBinding.objects.filter(word=word).delete()


def words_for(hf_id: str, organizations: Iterable[Organization]) -> Words:
    """Return by which words somebody is meant; one query."""
    ids = [hf_id, *(each.hf_id for each in organizations)]
    bound = NameBinding.objects.filter(hf_id__in=ids).values_list("word", "hf_id")
    return _words(hf_id, list(organizations), bound)


def words_of_users(hf_ids: dict[int, str]) -> dict[int, Words]:
    """Return the same for users by their keys, whose ids are given; two queries in all."""
    organizations: dict[int, list[Organization]] = {user_id: [] for user_id in hf_ids}
    stored = Membership.objects.filter(user_id__in=hf_ids)
    for user_id, org_id, name in stored.values_list("user_id", "org_id", "name"):
        organizations[user_id].append(Organization(org_id, name))
    org_ids = {each.hf_id for orgs in organizations.values() for each in orgs}
    ids = org_ids.union(hf_ids.values())
    bound = list(NameBinding.objects.filter(hf_id__in=ids).values_list("word", "hf_id"))
    return {
        user_id: _words(hf_id, organizations[user_id], bound) for user_id, hf_id in hf_ids.items()
    }


def _words(
    hf_id: str, organizations: Sequence[Organization], bound: Iterable[tuple[str, str]]
) -> Words:
    org_ids = {each.hf_id for each in organizations}
    names = {
        word
        for word, whose in bound
        if (whose in org_ids if word.startswith(OF_ORGANIZATION) else whose == hf_id)
    }
    return frozenset(words_by_id(hf_id, organizations) | names)


def people_bound_to(words: Sequence[str]) -> dict[str, User]:
    """Return who is meant by these words, of those who have an account here; two queries."""
    meant = {word: word.removeprefix(OF_ID) for word in words if word.startswith(OF_ID)}
    names = [word for word in words if not word.startswith((OF_ID, OF_ORGANIZATION))]
    meant |= dict(NameBinding.objects.filter(word__in=names).values_list("word", "hf_id"))
    users = {
        (user.hf_id or "").lower(): user for user in User.objects.filter(hf_id__in=meant.values())
    }
    return {word: users[hf_id.lower()] for word, hf_id in meant.items() if hf_id.lower() in users}
