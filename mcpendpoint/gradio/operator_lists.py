"""Which Spaces the operator allows here: SPACES_ALLOWED and SPACES_DENIED. Pure: no I/O."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class OperatorLists:
    """Patterns in lower case, each owner/name or owner/*."""

    allowed: Collection[str] = ()
    """Empty: all."""
    denied: Collection[str] = ()

    def refusal(self, names: Iterable[str]) -> str | None:
        """Return why a Space is not for use here, by any of the names that it has."""
        for name in names:
            patterns = (name.lower(), f"{name.partition('/')[0].lower()}/*")
            is_denied = any(pattern in self.denied for pattern in patterns)
            if is_denied or (self.allowed and not any(each in self.allowed for each in patterns)):
                return f"The operator of this server does not allow the Space {name[:100]} here."
        return None
