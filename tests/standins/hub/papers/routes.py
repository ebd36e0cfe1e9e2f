from starlette.routing import Route

from tests.standins.hub.papers import listing, pages

ROUTES = [
    Route("/api/daily_papers", listing.daily_papers),
    Route("/api/papers/search", listing.search_papers),
    Route("/api/papers/{id}", pages.paper_info),
    Route("/api/arxiv/{id}/repos", pages.linked_repos),
    Route("/papers/{id}.md", pages.paper_text),
]
