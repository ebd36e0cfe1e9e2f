"""A piece of a README."""

import re

from mcpendpoint.tools.repo_details.results import Readme

_BACKTICKS = re.compile("`+")


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
    # Its headings must not pass for ours, nor its end for the end of the fence.
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(readme.text)), default=0))
    parts = ["## README", f"{fence}markdown\n{readme.text.strip()}\n{fence}"]
    if readme.next_offset is not None:
        parts.append(
            f"*README cut at character {readme.next_offset} of {readme.total_chars}; for the rest "
            f"use readme_offset={readme.next_offset}.*"
        )
    return "\n\n".join(parts)
