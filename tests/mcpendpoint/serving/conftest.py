import pytest

from tests.mcpendpoint.serving.asked import Somebody, make_somebody


@pytest.fixture
def somebody(product, settled_user) -> Somebody:
    """Somebody with a repository that has a file, who wants to be asked."""
    return make_somebody(product, settled_user)
