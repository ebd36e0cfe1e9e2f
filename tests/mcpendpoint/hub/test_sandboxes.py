import pytest

from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.sandboxes import SandboxServer


@pytest.mark.parametrize(
    "job_id",
    ["evil.example/", "x@evil.example", "a--80", "evil.example#", "", "a" * 60, "a/../b", "ä"],
)
async def test_no_other_host_is_asked_whatever_id_the_hub_gives_a_job(settings, job_id):
    settings.HF_JOBS_URL = "https://{job_id}--{port}.hf.jobs"

    with pytest.raises(HubBadAnswer, match="id for the job"):
        await SandboxServer(job_id, "hf_token", "key").is_healthy()
