"""The formats of the dashboard, for templates."""

from django import template

from dashboard import formats

register = template.Library()
for each in (formats.count, formats.share, formats.milliseconds):
    register.filter(each)
