"""Where the role of a person comes from, for those who give roles. Which one somebody has is
decided in accounts.operators.roles.
"""

from dataclasses import dataclass

from accounts import admins
from accounts.models import User
from accounts.operators.bindings import own_word, words_of_users
from accounts.operators.models import Membership, Role, RoleGrant
from accounts.operators.roles import role_of
from accounts.operators.subjects import OF_ORGANIZATION


@dataclass(frozen=True)
class Source:
    """One reason for which somebody has a role."""

    role: Role
    why: str
    """As it goes on after the role: "by the name bob"."""
    is_own: bool = False
    """Whether it was given to this very person, on their page or by their id."""

    def __str__(self) -> str:
        return f"{self.role.label}, {self.why}"


@dataclass(frozen=True)
class Standing:
    """What somebody is, and why."""

    in_force: Role | None
    sources: tuple[Source, ...]
    """The one that counts first. They are there while somebody is blocked, and none is in force."""

    @property
    def role(self) -> Role | None:
        """What they are, or will be again when they are not blocked any more."""
        return self.sources[0].role if self.sources else None

    @property
    def is_suspended(self) -> bool:
        return self.role is not None and self.in_force is None

    @property
    def own_role(self) -> Role | None:
        return next((source.role for source in self.sources if source.is_own), None)

    @property
    def others(self) -> list[Source]:
        return [source for source in self.sources if not source.is_own]

    def __str__(self) -> str:
        if not self.sources:
            return "none"
        suspended = " (not in force while they cannot sign in)" if self.is_suspended else ""
        return f"{self.sources[0]}{suspended}"


def standing_of(user: User) -> Standing:
    words = words_of_users({user.pk: user.hf_id or ""})[user.pk]
    granted = RoleGrant.objects.filter(subject__in=words).values_list("subject", "role")
    own, organizations = own_word(user), _organizations_of(user)
    sources = [
        Source(Role(role), _why(word, own, organizations), is_own=word == own)
        for word, role in granted
    ]
    if admins.admins_among([user]):
        sources.append(Source(Role.ADMIN, "by ADMIN_HF_USERS"))
    # What was given to the person first, of several alike: that is what their page can change.
    sources.sort(key=lambda source: (-source.role, not source.is_own, source.why))
    return Standing(role_of(user), tuple(sources))


def said_now(user: User) -> str:
    """Say what somebody is after a change, which may not be what was chosen."""
    standing = standing_of(user)
    if standing.role is None:
        return f"{user.username} has no role now."
    return f"{user.username} has this role now: {standing}."


def _organizations_of(user: User) -> dict[str, str]:
    """Return the names of somebody's organizations by their ids, as words have these."""
    stored = Membership.objects.filter(user=user).values_list("org_id", "name")
    return {org_id.lower(): name for org_id, name in stored}


def _why(word: str, own: str, organizations: dict[str, str]) -> str:
    if word == own:
        return "given to this person"
    if word.startswith(OF_ORGANIZATION):
        organization = word.removeprefix(OF_ORGANIZATION)
        return f"as a member of {organizations.get(organization, organization)}"
    return f"by the name {word}"
