from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.addresses import safe_next_url
from accounts.huggingface.exchange import HuggingFaceExchange


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to Hugging Face, by a page of ours that goes on by itself.

    A redirect as the answer to the form would be stopped by `form-action 'self'` in Chromium, which
    applies that rule to every hop.
    """
    if request.method == "GET":
        return redirect("accounts:sign-in")
    try:
        provider = get_adapter().get_provider(request, HuggingFaceExchange.provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404("Sign-in with Hugging Face is not set up.") from error
    onward = provider.redirect(
        request, AuthProcess.LOGIN, next_url=safe_next_url(request, request.POST.get("next"))
    )
    response = render(
        request, "accounts/continue_to_hugging_face.html", {"url": onward["Location"]}
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


_allauth_callback = OAuth2CallbackView.adapter_view(HuggingFaceExchange)


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    try:
        response: HttpResponse = _allauth_callback(request)
    except SocialApp.DoesNotExist as error:
        raise Http404("Sign-in with Hugging Face is not set up.") from error
    return response
