"""POST /api/validate-yaml: is the metadata of a README fit to be committed?"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies
from tests.standins.hub.errors import HubError
from tests.standins.hub.writes.metadata import read_card


async def validate_yaml(request: Request) -> Response:
    body = await bodies.json_object(request)
    try:
        card = read_card(bodies.optional_text(body, "content") or "")
    except HubError as error:
        answer = {"errors": [{"message": error.message}], "warnings": []}
        return JSONResponse({**answer, "error": error.message}, 400)
    missing = [] if card else [{"message": "empty or missing yaml metadata in repo card"}]
    return JSONResponse({"errors": [], "warnings": missing})
