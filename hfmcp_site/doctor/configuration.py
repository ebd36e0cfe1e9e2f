"""Settings. That each has its form was checked when they were read."""

from collections.abc import Iterator

from django.conf import settings
from django.core import checks

from hfmcp_site.doctor.findings import Found, failure, ok, warning


def check_settings() -> Iterator[Found]:
    yield from _deployment_checks()
    if not settings.IS_PUBLIC_URL_SET:
        yield warning(
            "PUBLIC_URL is not set: links and OAuth metadata use the host of each request.",
            "Set PUBLIC_URL to the address that people and clients use.",
        )
    elif not settings.IS_HTTPS:
        yield warning(
            "PUBLIC_URL is not https: tokens pass the network in the clear, and some clients "
            "refuse to sign in.",
            "Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.",
        )


def _deployment_checks() -> Iterator[Found]:
    messages = [
        message
        for message in checks.run_checks(include_deployment_checks=True)
        if not message.is_silenced()
        and message.level >= checks.WARNING
        # These three follow from PUBLIC_URL, of which there is a word of its own.
        and message.id not in {"security.W004", "security.W012", "security.W016"}
    ]
    for message in messages:
        tell = failure if message.level >= checks.ERROR else warning
        yield tell(f"{message.id}: {message.msg}", message.hint or "Correct the setting.")
    if not messages:
        yield ok("All settings have their form, and Django's checks for deployment pass.")
