"""A route of the Hub says what is asked, and never of whom."""

import pytest

from accounts.outgoing.hub_routes import OTHER, TEMPLATES, route_of

ROUTES = {
    "/api/whoami-v2": "/api/whoami",
    "/api/models": "/api/{repos}",
    "/api/models/acme/tiny": "/api/{repos}/{id}",
    "/api/datasets/acme/rows/revision/main": "/api/{repos}/{id}",
    "/api/models/acme/tiny/tree/main/folder": "/api/{repos}/{id}/tree",
    "/api/spaces/acme/x/commit/main": "/api/{repos}/{id}/commit",
    "/api/spaces/semantic-search": "/api/spaces/semantic-search",
    "/api/scheduled-jobs/acme/1": "/api/jobs",
    "/datasets/acme/rows/resolve/main/README.md": "/{id}/resolve",
    "/acme/tiny.git/info/lfs/objects/batch": "/lfs",
    "/rows": "viewer",
    "/v1/exec": "sandbox",
    "/oauth/token": "/oauth",
    "/made/up": OTHER,
    "": OTHER,
}


@pytest.mark.parametrize(("path", "template"), ROUTES.items())
def test_each_path_has_its_template(path, template):
    assert route_of(path) == template
    assert template in TEMPLATES
