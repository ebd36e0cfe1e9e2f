"""Who may see and run the jobs of a namespace, and whether they can pay."""

from starlette.requests import Request

from tests.standins.hub import errors
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs import hardware
from tests.standins.hub.state import Hub

FREE_CREDIT_MICRO_USD = 50_000  # a minute; who has no subscription runs nothing more expensive
PENNILESS = {"tanaka"}


def require_member(request: Request) -> Caller:
    caller = caller_of(request)
    if caller is None:
        raise errors.sign_in_needed()
    if request.path_params["namespace"] not in caller.namespaces:
        raise HubError(403, "You don't have access to the jobs of this namespace")
    return caller


def require_job_right(request: Request) -> Caller:
    caller = require_member(request)
    if caller.fine_grained is not None:
        is_allowed = "job.write" in caller.fine_grained.global_permissions
    elif caller.auth == "oauth":
        is_allowed = "jobs" in caller.scopes
    else:
        is_allowed = caller.role == "write"
    if not is_allowed or request.path_params["namespace"] not in caller.writable:
        raise HubError(403, "Missing permissions: job.write")
    return caller


def require_credit(request: Request, flavor: str) -> None:
    hub: Hub = request.app.state.hub
    namespace = request.path_params["namespace"]
    account, org = hub.accounts.get(namespace), hub.orgs.get(namespace)
    if (account and account.is_pro) or (org and org.plan):
        return
    price = hardware.BY_NAME[flavor].micro_usd_per_minute
    if namespace in PENNILESS or price > FREE_CREDIT_MICRO_USD:
        advice = "add more credits to your account to use Jobs."
        raise HubError(402, f"Pre-paid credit balance is insufficient - {advice}")
