"""Profiles that leave as a file, and come as a file or a link: shown first, then added."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.catalogue import catalogue
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.posting import post_or_back_to
from accounts.profiles.changing import ProfileProblem, profile_called
from accounts.profiles.editing import edit
from accounts.profiles.files import MAX_FILE_BYTES, BadFile, FiledProfile, read_file, read_link
from accounts.profiles.sharing import MAX_LINK_CHARS, add_filed, as_file, free_name, hub_page
from accounts.profiles.views import show
from accounts.signed_in import for_users
from accounts.space_selection import TooManySpaces


@require_GET
@for_users
def export(request: HttpRequest, user: User, name: str) -> HttpResponseBase:
    """Send a profile as a file."""
    try:
        profile = profile_called(user, name)
    except ProfileProblem as error:
        raise Http404(str(error)) from error
    response = HttpResponse(as_file(user, profile), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="profile-{profile.name}.json"'
    return response


@post_or_back_to("profiles:list")
@for_users
def read(request: HttpRequest, user: User) -> HttpResponseBase:
    """Make a new profile of a file."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise BadFile("Choose a file.")
        filed = read_file(sent.read(MAX_FILE_BYTES + 1))
        return _added(request, user, filed)
    except (BadFile, ProfileProblem, TooManySpaces) as error:
        return show(request, user, status=422, file_problem=str(error))


@require_http_methods(["GET", "POST"])
@for_users
def add(request: HttpRequest, user: User) -> HttpResponseBase:
    """Show what a link would add, and add it when the person says so: never by the link alone."""
    query = request.GET if request.method == "GET" else _query(request.POST.get("link", ""))
    try:
        filed = read_link(query)
    except BadFile as error:
        return render(request, "profiles/add.html", {"problem": str(error)}, status=422)
    if request.method == "GET":
        return _ask(request, user, filed, query)
    try:
        return _added(request, user, filed, request.POST.get("name", "").strip())
    except (ProfileProblem, TooManySpaces) as error:
        return _ask(request, user, filed, query, problem=str(error))


def _query(link: str) -> QueryDict:
    return QueryDict(link[:MAX_LINK_CHARS])


def _added(
    request: HttpRequest, user: User, filed: FiledProfile, name: str | None = None
) -> HttpResponseBase:
    profile = add_filed(user, filed, name)
    edit(request, profile)
    said = f"The profile {profile.name} is added, and the pages of tools and Spaces are about it."
    messages.success(request, said)
    return redirect("profiles:list")


def _ask(
    request: HttpRequest, user: User, filed: FiledProfile, query: QueryDict, problem: str = ""
) -> HttpResponse:
    offer, named = offer_to(user), set(filed.tools or ())
    context = {
        "tools": [tool for tool in catalogue.tools if tool.name in named],
        "unknown": sorted(named - {tool.name for tool in catalogue.tools}),
        "spaces": [
            (space.id, hub_page(space.id), offer.why_no_space(space.id)) for space in filed.spaces
        ],
        "name": request.POST.get("name") or free_name(user, filed.name),
        "link": query.urlencode(safe=",/"),
        "problem": problem,
        "can_add": True,
    }
    status = 422 if problem else 200
    return render(request, "profiles/add.html", context, status=status)
