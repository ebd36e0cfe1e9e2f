"""Finding a bucket, and the rights to change one."""

from starlette.requests import Request

from tests.standins.hub import errors
from tests.standins.hub.buckets.records import Bucket
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.state import Hub
from tests.standins.hub.writes import rights


def sees_bucket(caller: Caller | None, bucket: Bucket) -> bool:
    return not bucket.private or bool(caller and caller.sees_private_of(bucket.owner))


def find_bucket(request: Request) -> Bucket:
    """Return the bucket that the path names, or raise what somebody is told who may not know it."""
    return find_bucket_by_id(request, "{owner}/{name}".format(**request.path_params))


def find_bucket_by_id(request: Request, bucket_id: str) -> Bucket:
    hub: Hub = request.app.state.hub
    caller = caller_of(request)
    bucket = hub.buckets.get(bucket_id)
    if bucket is None or not sees_bucket(caller, bucket):
        raise errors.repo_not_found() if caller else errors.sign_in_needed()
    return bucket


def require_bucket_write(request: Request, bucket: Bucket) -> Caller:
    caller = caller_of(request)
    if caller is None:
        raise errors.sign_in_needed()
    is_allowed = caller.fine_grained is None and rights.may_write_in(
        caller, bucket.owner, rights.WRITE_SCOPES
    )
    if not is_allowed:
        raise HubError(403, "You don't have the rights to write to this bucket.")
    return caller
