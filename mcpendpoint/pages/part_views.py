"""The form of which parts of a Space beside its tools are offered: its resources, its prompts."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.signed_in import for_users_async
from accounts.space_selection import choose_space_parts
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.pages.space_answers import NOT_THEIRS, refuse
from mcpendpoint.pages.space_status import show_space

_choose_space_parts = sync_to_async(choose_space_parts)


@require_POST
@for_users_async
async def choose_parts(request: HttpRequest, user: User) -> HttpResponse:
    space_id = request.POST.get("space_id", "").strip()
    resources, prompts = (
        bool(request.POST.get(name)) for name in ("offers_resources", "offers_prompts")
    )
    is_saved = is_space_id(space_id) and await _choose_space_parts(
        user, space_id, resources=resources, prompts=prompts
    )
    if not is_saved:
        return await refuse(request, NOT_THEIRS, space_id=space_id)
    said = f"{_offered(resources=resources, prompts=prompts)} of {space_id} are offered."
    return await show_space(request, user, space_id, said)


def _offered(*, resources: bool, prompts: bool) -> str:
    parts = ["Tools", *(["resources"] if resources else []), *(["prompts"] if prompts else [])]
    if len(parts) == 1:
        return "Only tools"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
