from starlette.routing import Route

from tests.standins.hub.writes import creation, large_files, validation

ROUTES = [
    Route("/api/repos/create", creation.create, methods=["POST"]),
    Route("/api/repos/move", creation.move, methods=["POST"]),
    Route("/api/repos/delete", creation.delete, methods=["DELETE"]),
    Route("/api/validate-yaml", validation.validate_yaml, methods=["POST"]),
    Route("/{repo:path}.git/info/lfs/objects/batch", large_files.batch, methods=["POST"]),
    Route("/_uploads/{oid}", large_files.upload, methods=["PUT", "POST"]),
]
