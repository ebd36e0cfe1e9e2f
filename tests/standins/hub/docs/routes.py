from starlette.routing import Route

from tests.standins.hub.docs import pages, search

ROUTES = [
    Route("/api/docs", pages.products),
    Route("/api/docs/search", search.by_meaning),
    Route("/api/docs/search/full-text", search.by_word),
    Route("/docs/{slug}/llms.txt", pages.index),
    Route("/docs/{slug}/{path:path}.md", pages.page),
]
