"""What people and their assistants did: rows that are only ever added."""

from typing import Any, NoReturn

from django.db import models


class AuditEvents(models.QuerySet["AuditEvent"]):
    """Insert only: no update, and only accounts.housekeeping deletes."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("What is in the audit log stays as it is.")

    def delete(self) -> NoReturn:
        raise TypeError("What is in the audit log stays there.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("It could change what is in the audit log; use accounts.audit.")


class AuditEvent(models.Model):
    """One thing that somebody did, or tried to do. Rows are never changed."""

    class Action(models.TextChoices):
        SIGN_IN = "sign_in", "Signed in"
        NAME_TAKEN_OVER = "name_taken_over", "Name passed to another person"
        SIGN_OUT = "sign_out", "Signed out"
        SIGN_OUT_EVERYWHERE = "sign_out_everywhere", "Signed out everywhere"
        CONSENT = "consent", "Authorized an app"
        TOKEN_ISSUED = "token_issued", "App connected"
        TOKEN_REFRESHED = "token_refreshed", "App refreshed its token"
        TOKEN_REVOKED = "token_revoked", "App's access revoked"
        SCOPES_CHANGED = "scopes_changed", "Scopes of an app or key changed"
        KEY_CREATED = "key_created", "Access key created"
        KEY_REVOKED = "key_revoked", "Access key revoked"
        WEBHOOK_CREATED = "webhook_created", "Webhook created"
        WEBHOOK_DELETED = "webhook_deleted", "Webhook deleted"
        SELECTION_CHANGED = "selection_changed", "Tools changed"
        SPACE_ADDED = "space_added", "Space added"
        SPACE_REMOVED = "space_removed", "Space removed"
        SPACE_CHANGED = "space_changed", "Space changed its tools"
        SPACE_AGREED = "space_agreed", "Agreed to a Space's tools"
        PROFILE_CHANGED = "profile_changed", "Profiles changed"
        HUB_ACCESS_CHANGED = "hub_access_changed", "Hugging Face permissions changed"
        HUB_ACCESS_RENEWED = "hub_access_renewed", "Hugging Face access renewed"
        HUB_ACCESS_ENDED = "hub_access_ended", "Hugging Face access ended"
        ACCOUNT_REMOVED = "account_removed", "Account removed"
        PERSON_EXPORTED = "person_exported", "Data of a person exported"
        KEYS_ROTATED = "keys_rotated", "Encryption keys rotated"
        ADMIN_GAINED = "admin_gained", "Became an admin"
        ADMIN_LOST = "admin_lost", "No longer an admin"
        ADMIN_NAME_BOUND = "admin_name_bound", "Admin's name bound to an id"
        ADMIN_NAME_REFUSED = "admin_name_refused", "Has the name of an admin, is another person"
        ROLE_GIVEN = "role_given", "Role given"
        ROLE_TAKEN = "role_taken", "Role taken away"
        INVITED = "invited", "Invited"
        INVITATION_REMOVED = "invitation_removed", "Invitation removed"
        ACCESS_REFUSED = "access_refused", "Not let in"
        GROUP_MADE = "group_made", "Group made"
        GROUP_CHANGED = "group_changed", "Group changed"
        GROUP_DELETED = "group_deleted", "Group deleted"
        GROUP_MEMBER_ADDED = "group_member_added", "Added to a group"
        GROUP_MEMBER_REMOVED = "group_member_removed", "Removed from a group"
        BLOCK_MADE = "block_made", "Blocked"
        BLOCK_UNDONE = "block_undone", "Block undone"
        BLOCK_ENDED = "block_ended", "Block ended"
        SESSIONS_ENDED = "sessions_ended", "Signed somebody out"
        CLIENT_REGISTERED = "client_registered", "App registered"
        CREDENTIAL_REFUSED = "credential_refused", "Wrong credentials at the endpoint"
        SESSION_ENDED = "session_ended", "Client's session ended"
        AUDIT_READ = "audit_read", "Audit log read"
        AUDIT_EXPORTED = "audit_exported", "Audit log exported"
        TOOL_CALL = "tool_call", "Tool called"
        APPROVAL_ASKED = "approval_asked", "Approval asked for"
        APPROVAL_GIVEN = "approval_given", "Call approved"
        APPROVAL_REFUSED = "approval_refused", "Call refused"
        APPROVAL_USED = "approval_used", "Approval used"
        ALERT_RULE_ADDED = "alert_rule_added", "Alert rule added"
        ALERT_RULE_CHANGED = "alert_rule_changed", "Alert rule changed"
        ALERT_RULE_REMOVED = "alert_rule_removed", "Alert rule removed"
        RECEIVER_ADDED = "receiver_added", "Receiver of alerts added"
        RECEIVER_CHANGED = "receiver_changed", "Receiver of alerts changed"
        RECEIVER_CONFIRMED = "receiver_confirmed", "Receiver of alerts confirmed"
        RECEIVER_REMOVED = "receiver_removed", "Receiver of alerts removed"
        ALERTS_CHOSEN = "alerts_chosen", "Own alerts chosen"

    class Outcome(models.TextChoices):
        """Those of mcpendpoint.protocol.records, in words for people."""

        OK = "ok", "Done"
        TOOL_ERROR = "tool_error", "Tool failed"
        REJECTED = "rejected", "Invalid request"
        DENIED = "denied", "Denied"
        WAITING = "waiting", "Waits for approval"
        LIMITED = "limited", "Rate limited"
        FAILED = "failed", "Server error"
        CANCELLED = "cancelled", "Cancelled"

    class Reason(models.TextChoices):
        """Those of mcpendpoint.protocol.records, in words for people."""

        NO_CREDENTIAL = "no_credential", "Not signed in"
        BAD_CREDENTIAL = "bad_credential", "Wrong credential"
        SCOPE = "scope", "Permission missing"
        NOT_SELECTED = "not_selected", "Not selected"
        BLOCKED = "blocked", "Blocked"
        LIMIT = "limit", "Over a limit"
        APPROVAL = "approval", "Not approved"
        INVALID_ARGUMENTS = "invalid_arguments", "Invalid arguments"
        INVALID_REQUEST = "invalid_request", "Invalid request"
        TOO_LARGE = "too_large", "Too large"
        NOT_FOUND = "not_found", "Not found"
        HUB_REFUSED = "hub_refused", "Hugging Face refused"
        HUB_DOWN = "hub_down", "Hugging Face failed"
        SPACE_ASLEEP = "space_asleep", "Space not running"
        SPACE_ERROR = "space_error", "Space failed"
        TOOL = "tool", "Tool failed"
        TIMEOUT = "timeout", "Took too long"
        CANCELLED = "cancelled", "Cancelled"
        UNAVAILABLE = "unavailable", "Server unavailable"
        OUR_FAULT = "our_fault", "Server error"

    at = models.DateTimeField()
    # Without a constraint, since rows outlive the account, and are written after the fact.
    user = models.ForeignKey(
        "accounts.User",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="audit_events",
        db_index=False,
    )
    hf_id = models.CharField(max_length=64, blank=True)
    """Who it was, when the account is gone."""
    action = models.CharField(max_length=20, choices=Action)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OK)
    tool = models.CharField(max_length=120, blank=True)
    client = models.CharField(max_length=120, blank=True)
    duration_ms = models.FloatField(null=True)
    address = models.CharField(max_length=45, blank=True)
    """IP address, where AUDIT_IP says to keep it."""
    detail = models.JSONField(default=dict)
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="", db_default="")
    """Of what did not go well."""
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    """As the answer's X-Request-Id and the log have it."""

    objects = AuditEvents.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "at"], name="audit_by_user"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["action", "at"], name="audit_by_action"),
            models.Index(fields=["hf_id", "at"], name="audit_by_hf_id"),
            models.Index(
                fields=["reason", "at", "id"],
                name="audit_by_reason",
                condition=~models.Q(reason=""),
            ),
            models.Index(
                fields=["request_id"],
                name="audit_by_request",
                condition=~models.Q(request_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.user_id}: {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("What is in the audit log stays as it is.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("What is in the audit log stays there.")
