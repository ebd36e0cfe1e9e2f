"""Finding texts by their words, where the Hub compares embeddings: enough for a test's queries."""

import re


def words_in(query: str, *texts: str | None) -> bool:
    """Tell whether every word of the query is somewhere in the texts."""
    haystack = " ".join(text for text in texts if text).lower()
    return all(word in haystack for word in query.lower().split())


def overlap(query: str, *texts: str | None) -> float:
    """Return which part of the query's words the texts have, endings aside: 0 to 1."""
    asked, offered = _stems(query), _stems(" ".join(text for text in texts if text))
    return round(len(asked & offered) / len(asked), 4) if asked else 0.0


def _stems(text: str) -> set[str]:
    """Return the words without their endings: "generating images" finds "image generator"."""
    return {word[:5] for word in re.findall(r"\w{3,}", text.lower())}
