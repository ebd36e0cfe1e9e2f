from django.urls import path

from accounts.huggingface import views as huggingface
from accounts.views import (
    account,
    activity,
    approvals,
    apps,
    keys,
    overview,
    permissions,
    sign_in,
    spaces,
    ticking,
    tools,
    webhook,
)

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("accounts/huggingface/login/", huggingface.begin, name="huggingface-login"),
    path(
        "accounts/huggingface/login/callback/",
        huggingface.callback,
        name="huggingface-callback",
    ),
    path("settings/", overview.overview, name="settings"),
    path("settings/tools/", tools.tools, name="tools"),
    path("settings/tools/tick/", ticking.tick, name="tick-tool"),
    path("settings/tools/defaults/", tools.reset, name="reset-tools"),
    path("settings/tools/undo/", tools.undo, name="undo-tools"),
    path("settings/spaces/", spaces.spaces, name="spaces"),
    path("settings/approvals/", approvals.approvals, name="approvals"),
    path("settings/apps/", apps.apps, name="apps"),
    path("settings/permissions/", permissions.permissions, name="permissions"),
    path(
        "settings/hugging-face/confirm/",
        huggingface.confirm_permissions,
        name="confirm-permissions",
    ),
    path(
        "settings/hugging-face/ask/",
        huggingface.ask_for_permissions,
        name="ask-for-permissions",
    ),
    path("settings/keys/", keys.keys, name="keys"),
    path("settings/keys/<int:key_id>/revoke/", keys.revoke_key, name="revoke-key"),
    path("settings/keys/<int:key_id>/scopes/", keys.change_scopes, name="change-key-scopes"),
    path("settings/webhook/", webhook.webhook, name="webhook"),
    path("settings/webhook/delete/", webhook.delete, name="delete-webhook"),
    path("approvals/refuse-all/", approvals.refuse_all_waiting, name="refuse-approvals"),
    path("approvals/<slug:approval_id>/", approvals.approval, name="approval"),
    path("settings/activity/", activity.activity, name="activity"),
    path(
        "settings/activity/export.<str:format_name>",
        activity.export_activity,
        name="export-activity",
    ),
    path("settings/account/", account.account, name="account"),
    path("settings/account/remove/", account.remove, name="remove-account"),
]
