"""Views that take forms, and answer some with a page at an address that only forms are sent to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponseBase]


def post_or_back_to(page: str, *arguments: str) -> Callable[[View], View]:
    """Lead who comes without a form to the page that has it, as the tab of a phone does that is
    loaded anew; `arguments` of the view are the page's too."""

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            url: str = reverse(page, kwargs={name: kwargs[name] for name in arguments})
            return redirect(url)

        return guarded

    return decorate
