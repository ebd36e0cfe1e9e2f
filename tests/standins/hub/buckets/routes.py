from starlette.routing import Route

from tests.standins.hub.buckets import batch, contents, pages
from tests.standins.hub.xet import tokens

BUCKET = "/api/buckets/{owner}/{name}"
ROUTES = [
    Route("/api/buckets/{owner}", pages.list_buckets),
    Route(BUCKET, pages.show),
    Route(BUCKET, pages.create, methods=["POST"]),
    Route(BUCKET, pages.delete, methods=["DELETE"]),
    Route(f"{BUCKET}/settings", pages.update, methods=["PUT"]),
    Route(f"{BUCKET}/tree", contents.tree),
    Route(BUCKET + "/tree/{prefix:path}", contents.tree),
    Route(f"{BUCKET}/paths-info", contents.paths_info, methods=["POST"]),
    Route(f"{BUCKET}/xet-read-token", tokens.read_bucket),
    Route(f"{BUCKET}/xet-write-token", tokens.write_bucket),
    Route(f"{BUCKET}/batch", batch.batch, methods=["POST"]),
    Route("/buckets/{rest:path}", contents.resolve),
]
