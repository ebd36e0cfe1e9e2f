from starlette.routing import Route

from tests.standins.hub.sandbox import commands, files, rpc

SERVER = "/_jobs/{host}"
ROUTES = [
    Route(f"{SERVER}/health", rpc.health),
    Route(f"{SERVER}/v1/exec", commands.execute, methods=["POST"]),
    Route(f"{SERVER}/v1/processes", commands.list_processes),
    Route(f"{SERVER}/v1/processes", commands.start, methods=["POST"]),
    Route(SERVER + "/v1/processes/{id}", commands.kill, methods=["DELETE"]),
    Route(f"{SERVER}/v1/files/list", files.list_files),
    Route(f"{SERVER}/v1/files/stat", files.stat),
    Route(f"{SERVER}/v1/files/read", files.read),
    Route(f"{SERVER}/v1/files/write", files.write, methods=["PUT"]),
    Route(f"{SERVER}/v1/files/delete", files.delete, methods=["DELETE"]),
    Route(f"{SERVER}/v1/files/mkdir", files.make_folder, methods=["POST"]),
]
