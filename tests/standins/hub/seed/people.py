"""Who is on the stand-in Hub. Any other name becomes a user with its first token (callers.py)."""

from datetime import UTC, datetime

from tests.standins.hub.records import Account, Membership, Org

ACME = Org(
    "acme",
    "Acme Corporation",
    "We make everything, and small language models.",
    plan="enterprise",
    is_verified=True,
    followers=420,
)
HUGGING_FACE_TB = Org(
    "HuggingFaceTB",
    "Hugging Face Smol Models Research",
    "Small but capable models 🤏",
    is_verified=True,
    followers=9100,
)
ZUERICH = Org("zuerich-nlp", "Zürich NLP 🇨🇭", "Sprachmodelle für die Schweiz", followers=37)
ORGS = (ACME, HUGGING_FACE_TB, ZUERICH)

RESEARCH = {"id": "66f0a1b2c3d4e5f601234567", "name": "research", "role": "write"}

ACCOUNTS = (
    Account(
        "alice",
        "Alice Ångström",
        is_pro=True,
        details="Speech and language 🗣️",
        memberships=(Membership(ACME, "write", (RESEARCH,)), Membership(ZUERICH, "admin")),
        has_uploaded_avatar=True,
        created_at=datetime(2022, 5, 17, 8, 30, tzinfo=UTC),
    ),
    Account("bob", "Bob", created_at=datetime(2025, 1, 9, 17, 45, tzinfo=UTC)),
    Account(
        "admin",
        "The Administrator",
        is_pro=True,
        memberships=(Membership(ACME, "admin"),),
        created_at=datetime(2021, 11, 2, 11, 0, tzinfo=UTC),
    ),
    Account("tanaka", "田中 花子 🌸", details="機械翻訳の研究者"),
)
