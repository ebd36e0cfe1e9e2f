"""A piece of a README."""

from mcpendpoint.tools.markdown import BY_OTHERS, fenced
from mcpendpoint.tools.repo_details.results import Readme


def piece_of(text: str, *, offset: int, max_chars: int) -> Readme:
    end = min(offset + max_chars, len(text))
    if end < len(text) and (line := text.rfind("\n", offset + max_chars // 2, end)) > 0:
        # At the end of a line, unless that would be a waste.
        end = line + 1
    return Readme(
        text=text[offset:end],
        offset=offset,
        total_chars=len(text),
        next_offset=end if end < len(text) else None,
    )


def render_readme(readme: Readme) -> str:
    if not readme.text.strip():
        return f"## README\n\nNothing from character {readme.offset} of {readme.total_chars} on."
    # Its headings must not pass for ours.
    parts = ["## README", BY_OTHERS, fenced(readme.text, "markdown")]
    if readme.next_offset is not None:
        parts.append(
            f"*README cut at character {readme.next_offset} of {readme.total_chars}; for the rest "
            f"use readme_offset={readme.next_offset}.*"
        )
    return "\n\n".join(parts)
