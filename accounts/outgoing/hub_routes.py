"""Which of the Hub's routes a path is of, as a template without any name. Pure: no I/O."""

import re

OTHER = "other"

_KIND = r"(?:models|datasets|spaces)"
_ROUTES: tuple[tuple[str, str], ...] = (
    ("/api/whoami", r"/api/whoami-v2"),
    ("/api/{repos}/{id}/tree", rf"/api/{_KIND}/.+/(?:tree|paths-info)/.+"),
    ("/api/{repos}/{id}/commit", rf"/api/{_KIND}/.+/(?:commit|preupload)/.+"),
    ("/api/{repos}/{id}/discussions", rf"/api/{_KIND}/.+/discussions(?:/.*)?"),
    ("/api/{repos}/{id}/xet-token", rf"/api/{_KIND}/.+/xet-(?:read|write)-token/.+"),
    ("/api/spaces/semantic-search", r"/api/spaces/semantic-search"),
    ("/api/{repos}", rf"/api/{_KIND}"),
    ("/api/{repos}/{id}", rf"/api/{_KIND}/.+"),
    ("/api/repos", r"/api/repos/.+"),
    ("/api/collections", r"/api/collections(?:/.*)?"),
    ("/api/papers", r"/api/(?:daily_papers|papers(?:/.*)?|arxiv/.+)"),
    ("/api/jobs", r"/api/(?:scheduled-)?jobs(?:/.*)?"),
    ("/api/buckets", r"/api/buckets(?:/.*)?"),
    ("/api/users", r"/api/(?:users|organizations)/.+"),
    ("/api/trending", r"/api/trending"),
    ("/api/docs", r"/api/docs(?:/.*)?"),
    ("/docs", r"/docs(?:/.*)?"),
    ("/papers", r"/papers/.+"),
    ("/oauth", r"/oauth/.+"),
    ("sandbox", r"/health|/v1/(?:exec|processes|files)(?:/.*)?"),
    ("/{id}/resolve", r"/.+/(?:resolve|raw|resolve-cache)/.+"),
    ("/lfs", r"/.+\.git/info/lfs/.+"),
    (
        "viewer",
        r".*/(?:is-valid|splits|first-rows|rows|search|filter|parquet|size|info|statistics|croissant)",
    ),
)
_FORMS = tuple((template, re.compile(form)) for template, form in _ROUTES)

TEMPLATES = frozenset({OTHER, *(template for template, _ in _ROUTES)})


def route_of(path: str) -> str:
    return next((template for template, form in _FORMS if form.fullmatch(path)), OTHER)
