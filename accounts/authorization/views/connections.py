from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access_keys import revoke_all_access_keys
from accounts.authorization import connections, own_clients
from accounts.authorization.apps_section import apps_context
from accounts.authorization.scopes import ScopesForm
from accounts.granting import scopes_to_hand_out
from accounts.models import User
from accounts.signed_in import for_users, is_htmx


@require_POST
@for_users
def disconnect(request: HttpRequest, user: User, connection_id: int) -> HttpResponseBase:
    if not connections.disconnect(user, connection_id):
        raise Http404("You have no such app.")
    return _tell(request, user, "The app is disconnected. It has to ask you again.")


@require_POST
@for_users
def change_scopes(request: HttpRequest, user: User, connection_id: int) -> HttpResponseBase:
    form = ScopesForm(scopes_to_hand_out(user, request.session), request.POST)
    if not form.is_valid():
        return _tell(request, user, form.problem, status=422)
    if not connections.change_scopes(user, connection_id, form.chosen):
        raise Http404("You have no such app.")
    return _tell(request, user, "What the app may do is changed.")


def _tell(request: HttpRequest, user: User, said: str, status: int = 200) -> HttpResponseBase:
    if is_htmx(request):
        context = {**apps_context(user), "toast": said}
        return render(request, "authorization/_apps.html", context, status=status)
    messages.add_message(request, messages.SUCCESS if status == 200 else messages.WARNING, said)
    return redirect("accounts:apps")


@require_POST
@for_users
def remove_client(request: HttpRequest, user: User, client_id: int) -> HttpResponseBase:
    if not own_clients.remove_client(user, client_id):
        raise Http404("You have no such client.")
    return _tell(request, user, "The client is removed, and every token that it had.")


@require_http_methods(["GET", "POST"])
@for_users
def sign_out_everywhere(request: HttpRequest, user: User) -> HttpResponseBase:
    """Confirm first: it disconnects every assistant, too."""
    if request.method == "GET":
        context = {"apps": connections.connected_apps(user), "keys": user.access_keys.count()}
        return render(request, "authorization/sign_out_everywhere.html", context)
    if request.POST.get("revoke_keys"):
        revoke_all_access_keys(user)
    connections.sign_out_everywhere(user)
    request.session.flush()
    messages.success(request, "You are signed out everywhere.")
    return redirect("accounts:sign-in")
