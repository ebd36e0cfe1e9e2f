"""What the names of a Space's tools begin with, which its owner's page says too. Pure: no I/O."""

from hashlib import sha256

URL_DIGEST_CHARS = 4


def space_prefix(slot: int, is_private: bool) -> str:
    """Return what the names of a saved Space's tools start with."""
    return f"grp{slot}_" if is_private else f"gr{slot}_"


def url_space_prefix(space_id: str) -> str:
    """Return what the names of the tools of a Space start with that has no slot: a URL's."""
    digest = sha256(space_id.lower().encode("utf-8", "surrogatepass")).hexdigest()
    return f"grx{digest[:URL_DIGEST_CHARS]}_"
