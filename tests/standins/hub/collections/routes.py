from starlette.routing import Route

from tests.standins.hub.collections import pages

ROUTES = [
    Route("/api/collections", pages.list_collections),
    Route("/api/collections/{owner}/{name}", pages.collection_info),
    Route("/api/collections/{owner}/{name}/history", pages.history),
]
