"""The formats of the dashboard, for templates."""

from datetime import datetime

from django import template
from django.utils.timesince import timesince

from dashboard import formats

register = template.Library()
for each in (formats.count, formats.share, formats.milliseconds):
    register.filter(each)


@register.filter
def ago(at: datetime) -> str:
    words = timesince(at, depth=1)
    return "just now" if words.startswith("0") else f"{words} ago"
