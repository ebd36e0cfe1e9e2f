"""README.md of the ordinary repositories: front matter and a text as people write them."""

from typing import Any

import yaml

TASKS = {
    "text-generation": (
        "a language model that continues text and follows instructions",
        'generate = pipeline("text-generation", model="{id}")\n'
        'print(generate("Paris is", max_new_tokens=20))',
    ),
    "text-to-image": (
        "a diffusion model that paints an image from a description",
        'pipe = DiffusionPipeline.from_pretrained("{id}")\n'
        'pipe("a lighthouse at dawn").images[0].save("lighthouse.png")',
    ),
    "automatic-speech-recognition": (
        "a speech model that writes down what is said in a recording",
        'transcribe = pipeline("automatic-speech-recognition", model="{id}")\n'
        'print(transcribe("meeting.flac")["text"])',
    ),
    "sentence-similarity": (
        "a sentence encoder: texts of similar meaning get similar vectors",
        'model = SentenceTransformer("{id}")\n'
        'vectors = model.encode(["A cat sleeps.", "A kitten naps."])',
    ),
}
OTHER_TASK = (
    "a model for {task}",
    'run = pipeline("{task}", model="{id}")\nprint(run("…"))',
)


def with_front_matter(card: dict[str, Any], text: str) -> str:
    front = yaml.safe_dump(card, sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{text.strip()}\n"


def model_card(repo_id: str, task: str, card: dict[str, Any], *, is_gated: bool) -> str:
    what, snippet = TASKS.get(task, OTHER_TASK)
    name = repo_id.rpartition("/")[2]
    languages = ", ".join(card.get("language", [])) or "no particular language"
    gate = (
        "> **Access:** accept the terms on this page before you download the weights.\n"
        if is_gated
        else ""
    )
    base = (
        f"It was fine-tuned from [{card['base_model']}](/{card['base_model']}).\n"
        if ("base_model" in card)
        else ""
    )
    return with_front_matter(
        card,
        f"""# {name}

{gate}
**{name}** is {what.format(task=task)}.
{base}
## Intended use

Meant for research and for products that keep a human in the loop. Languages: {languages}.

## How to use

```python
{snippet.format(id=repo_id, task=task)}
```

## Limitations

- The training data has biases, and so has the model.
- Not evaluated for medical, legal or other decisions about people.

| Metric | Value |
|--------|------:|
| Score  | 0.87  |
""",
    )


def dataset_card(title: str, description: str, card: dict[str, Any]) -> str:
    return with_front_matter(
        card,
        f"""# Dataset card for {title}

## Dataset summary

{description}

## Data fields

See the viewer above for the columns and their types.

## Licensing

{card.get("license", "unknown")}
""",
    )


def space_card(title: str, description: str, card: dict[str, Any]) -> str:
    return with_front_matter(card, f"# {title}\n\n{description}.\n")
