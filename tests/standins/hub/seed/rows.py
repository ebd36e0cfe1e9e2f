"""Rows of the data sets, made from the row's number."""

from collections.abc import Callable

from tests.standins.hub.tables import Row, Table, labels, value

CITIES = ("Paris", "Zürich", "東京", "São Paulo", "Kraków", "Nairobi")
REVIEWS = (
    "A quiet film that stays with you.",
    "Two hours I will not get back.",
    "Brilliant acting; the plot | less so. 🎬",
    "Naïve, charming and far too long.",
)


def question_row(place: int) -> Row:
    city = CITIES[place % len(CITIES)]
    context = f"The conference number {place} was held in {city}, where 400 people met."
    return {
        "id": f"{place:024x}",
        "title": f"Conference_{place // 5}",
        "context": context,
        "question": f"Where was the conference number {place} held?",
        "answers": {"text": [city], "answer_start": [context.index(city)]},
    }


def question_tables(train: int, validation: int) -> tuple[Table, ...]:
    features = {
        "id": value("string"),
        "title": value("string"),
        "context": value("string"),
        "question": value("string"),
        "answers": {
            "feature": {"text": value("string"), "answer_start": value("int32")},
            "_type": "Sequence",
        },
    }
    return (
        Table("plain_text", "train", train, features, question_row, 890),
        Table("plain_text", "validation", validation, features, question_row, 990),
    )


def review_row(place: int) -> Row:
    return {"text": REVIEWS[place % len(REVIEWS)], "label": (place + 1) % 2}


def review_tables(config: str, rows: int) -> tuple[Table, ...]:
    features = {"text": value("string"), "label": labels("neg", "pos")}
    return (
        Table(config, "train", rows, features, review_row, 1300),
        Table(config, "test", rows, features, review_row, 1300),
    )


def text_tables(config: str, rows: int) -> tuple[Table, ...]:
    features = {"text": value("string"), "url": value("string"), "score": value("float64")}
    return (Table(config, "train", rows, features, _text_row, 2400),)


def _text_row(place: int) -> Row:
    city = CITIES[place % len(CITIES)]
    return {
        "text": f"Notes on {city}, part {place}.\nThe old town is worth a walk.",
        "url": f"https://example.org/{place}",
        "score": round(0.5 + place % 50 / 100, 2),
    }


def translation_tables() -> tuple[Table, ...]:
    """Three configs, the middle one with a single split."""
    pairs = {
        "de-en": ("Guten Morgen", "Good morning"),
        "fr-en": ("Bonjour", "Good morning"),
        "ja-en": ("おはようございます", "Good morning"),
    }
    return tuple(
        Table(config, split, rows, {"translation": _pair_type(config)}, _pair_row(config, pair))
        for config, pair in pairs.items()
        for split, rows in (("train", 1200), ("test", 120))
        if (config, split) != ("fr-en", "test")
    )


def _pair_type(config: str) -> dict[str, object]:
    return {"languages": config.split("-"), "_type": "Translation"}


def _pair_row(config: str, pair: tuple[str, str]) -> Callable[[int], Row]:
    languages = config.split("-")
    return lambda place: {
        "translation": {languages[0]: f"{pair[0]} {place}", languages[1]: f"{pair[1]} {place}"}
    }


def wide_tables() -> tuple[Table, ...]:
    features = {f"column_{number:02}": value("int64") for number in range(40)}
    return (
        Table("default", "train", 500, features, lambda place: dict.fromkeys(features, place), 320),
    )


def long_cell_tables() -> tuple[Table, ...]:
    """Row 0 is short, row 1 has 80,000 characters, row 2 more than the viewer shows."""
    lengths = (20, 80_000, 120_000)
    features = {"id": value("int64"), "text": value("string")}
    return (
        Table(
            "default",
            "train",
            3,
            features,
            lambda place: {"id": place, "text": ("0123456789" * 12_000)[: lengths[place]]},
            67_000,
        ),
    )
