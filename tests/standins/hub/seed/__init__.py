"""The data that a stand-in Hub starts with: small, varied, and the same every time.

people       the accounts and organizations
catalogue    the many ordinary repositories, from the CSV files; numbers and dates are made up
acme         the few with something special about them, which tests ask for by name
papers, docs, collections, buckets, jobs  what else there is
"""

from tests.standins.hub.seed import (
    acme,
    buckets,
    catalogue,
    collections,
    docs,
    jobs,
    papers,
    people,
)
from tests.standins.hub.state import Hub


def new_hub() -> Hub:
    repos = [*catalogue.repos(), *acme.repos()]
    all_papers = list(papers.papers())
    all_collections = collections.collections(repos, all_papers)
    return Hub(
        accounts={account.name: account for account in people.ACCOUNTS},
        orgs={org.name: org for org in people.ORGS},
        repos={(repo.kind, repo.id): repo for repo in repos},
        moved={
            ("model", "gpt2"): "openai-community/gpt2",
            ("model", "bert-base-uncased"): "google-bert/bert-base-uncased",
            ("dataset", "squad"): "rajpurkar/squad",
        },
        docs=tuple(docs.products()),
        papers={paper.id: paper for paper in all_papers},
        buckets={bucket.id: bucket for bucket in buckets.buckets()},
        jobs={job.id: job for job in jobs.jobs()},
        scheduled_jobs={job.id: job for job in jobs.scheduled_jobs()},
        collections={collection.object_id: collection for collection in all_collections},
    )
