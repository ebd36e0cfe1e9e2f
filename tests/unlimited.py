"""Settings of a product that lets everybody ask as often as they like."""

NO_LIMITS = {
    f"LIMIT_{name}_PER_MINUTE": "0"
    for name in (
        "ANONYMOUS",
        "WRONG_CREDENTIALS",
        "USER",
        "CLIENT",
        "CHEAP",
        "HUB",
        "SPACE",
        "WRITE",
        "SIGN_IN",
        "TOKEN",
    )
} | {"OAUTH_REGISTRATIONS_PER_HOUR": "0"}
