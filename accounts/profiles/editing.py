"""Which profile the pages of tools and Spaces show and change: chosen in the session."""

from django.http import HttpRequest

from accounts.addresses import endpoint_url
from accounts.models import User
from accounts.profile_models import Profile

SESSION = "edited_profile"


class EditedProfileGone(Exception):
    """It was deleted since it was chosen: what is sent now was not meant for another."""


class OtherProfileEdited(Exception):
    """Another tab has chosen another profile since the page was shown that this was sent from."""


def check_shown(request: HttpRequest) -> None:
    """Raises OtherProfileEdited where a form says of which profile it was, and that is another."""
    edited = str(request.session.get(SESSION) or "default")
    if request.POST.get("of_profile", edited) != edited:
        raise OtherProfileEdited


def edited_profile(request: HttpRequest, user: User) -> Profile | None:
    """Return the chosen one, None for the default one. Asks the database where one was chosen.

    Raises EditedProfileGone.
    """
    chosen = request.session.get(SESSION)
    if chosen is None:
        return None
    profile = Profile.objects.filter(user_id=user.pk, pk=chosen).first()
    if profile is None:
        del request.session[SESSION]
        raise EditedProfileGone
    return None if profile.is_default else profile


def edited_url(request: HttpRequest, user: User) -> str:
    """Return the address of the profile that the pages are about."""
    profile = user.edited_profile
    return endpoint_url(request, user.username, profile.name if profile else None)


def edit(request: HttpRequest, profile: Profile | None) -> None:
    """Let the pages be about this one from now on."""
    if profile is None or profile.is_default:
        request.session.pop(SESSION, None)
    else:
        request.session[SESSION] = profile.pk
