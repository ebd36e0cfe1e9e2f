"""Takes what a webhook of Hugging Face tells: whoever's it is hears of it at once."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.addresses import client_address
from accounts.buckets import Draw, Rate, buckets, retry_after
from accounts.database import changes, lookups
from accounts.hub_webhooks import note_use, owner_of_webhook
from accounts.preferences import note_hub_change
from accounts.proxies import network_of
from mcpendpoint.hub.webhooks import BadDelivery, changed_subjects
from mcpendpoint.serving.resources.watching import tell_of_change

RATE = Rate(120)
"""Of one person. Hugging Face sends a webhook 1,000 a day."""

WRONG_RATE = Rate(60)
"""Of what comes from one network without the right secret."""


@csrf_exempt
@require_POST
async def hub_webhook(request: HttpRequest, address: str) -> HttpResponse:
    """Answer in words: its owner sees them among the deliveries on Hugging Face.

    What is told makes this server look, with its owner's credentials, and for their streams alone:
    a delivery that is not true costs nobody else anything.
    """
    wrong = Draw(f"webhooks of {network_of(client_address(request))}", WRONG_RATE)
    if seconds := buckets.wait(wrong):
        return _too_many(seconds)
    # Or in the URL, as Hugging Face's documentation offers.
    secret = request.headers.get("X-Webhook-Secret") or request.GET.get("secret", "")
    user_id = await lookups.run(owner_of_webhook, address, secret)
    if user_id is None:
        buckets.spend(wrong)
        return _said(403, "No webhook has this address and this secret.")
    seconds, _ = buckets.take([Draw(f"webhook of {user_id}", RATE)])
    if seconds:
        return _too_many(seconds)
    try:
        subjects = changed_subjects(request.body)
    except RequestDataTooBig:
        return _said(413, f"A delivery has {settings.MCP_MAX_BODY_BYTES:,} bytes at most.")
    except BadDelivery as error:
        return _said(400, str(error))
    note_use(user_id)
    if subjects:
        await changes.run(note_hub_change, user_id)
    for subject in sorted(subjects):
        await tell_of_change(subject, user_id)
    return _said(200, "Noted." if subjects else "Nothing that has changed was told of.")


def _too_many(seconds: float) -> HttpResponse:
    headers = {"Retry-After": str(retry_after(seconds))}
    return _said(429, "Too many deliveries. This one is dropped.", headers)


def _said(status: int, text: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(text, status=status, headers=headers, content_type="text/plain")
