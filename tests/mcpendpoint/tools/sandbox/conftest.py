import pytest


@pytest.fixture(autouse=True)
def _sandboxes_at_the_standin(hub_side, settings, transactional_db):
    settings.HF_JOBS_URL = f"{hub_side.url}/_jobs/{{job_id}}--{{port}}.hf.jobs"
