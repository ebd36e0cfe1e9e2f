"""The data that a stand-in Hub starts with: small, varied, and the same every time.

people     the accounts and organizations
catalogue  the many ordinary repositories, from the CSV files; numbers and dates are made up
acme       the few with something special about them, which tests ask for by name
"""

from tests.standins.hub.seed import acme, catalogue, people
from tests.standins.hub.state import Hub


def new_hub() -> Hub:
    repos = [*catalogue.repos(), *acme.repos()]
    return Hub(
        accounts={account.name: account for account in people.ACCOUNTS},
        orgs={org.name: org for org in people.ORGS},
        repos={(repo.kind, repo.id): repo for repo in repos},
        moved={
            ("model", "gpt2"): "openai-community/gpt2",
            ("model", "bert-base-uncased"): "google-bert/bert-base-uncased",
            ("dataset", "squad"): "rajpurkar/squad",
        },
    )
