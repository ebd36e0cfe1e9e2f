"""Parts of texts that are known as a whole. Pure: no I/O."""

from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.results import CatResult, ContentType
from mcpendpoint.tools.hf_fs.text_policy import text_part


def cat_text(
    operation: Operation,
    content: bytes,
    content_type: ContentType | None,
    *,
    path: str | None = None,
    section: str | None = None,
) -> CatResult:
    uri = operation.uri
    path = path or (uri.root, *uri.parts)[-1]
    offset = min(operation.offset, len(content))
    part = text_part(path, content, 0, offset, offset + operation.max_bytes)
    has_more = part.end < len(content)
    return CatResult(
        uri=str(uri),
        path=path,
        content=part.content,
        content_type=content_type,
        section=section,
        offset=part.start,
        bytes=part.end - part.start,
        size=len(content),
        truncated=has_more,
        truncation_reason="max_bytes" if has_more else None,
        next_offset=part.end if has_more else None,
    )
