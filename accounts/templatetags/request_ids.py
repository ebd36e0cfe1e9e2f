from django import template

from accounts.request_ids import current_request_id

register = template.Library()
register.simple_tag(current_request_id, name="request_id")
