"""Where a commit goes: a branch of a repository, or a pull request against it."""

from dataclasses import dataclass

from mcpendpoint.hub.files import MAIN
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.transport import Params
from mcpendpoint.hub.types import RepoType


@dataclass(frozen=True)
class Branch:
    repo_type: RepoType
    repo_id: str
    name: str = MAIN
    as_pull_request: bool = False
    """Propose the change to the branch instead of making it there."""

    @property
    def params(self) -> Params:
        return [("create_pr", "1")] if self.as_pull_request else []

    def api_path(self, action: str) -> str:
        names = parse_repo_id(self.repo_id).split("/")
        return url_path("api", self.repo_type.api_segment, *names, action, self.name)

    def git_path(self, *route: str) -> str:
        """Return the path of something that is asked where git itself would ask."""
        prefix = () if self.repo_type is RepoType.MODEL else (self.repo_type.api_segment,)
        *owner, name = parse_repo_id(self.repo_id).split("/")
        return url_path(*prefix, *owner, f"{name}.git", *route)
