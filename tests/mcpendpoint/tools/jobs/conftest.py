import pytest


@pytest.fixture(autouse=True)
def _database(transactional_db):
    """Where the secrets of jobs are remembered."""
