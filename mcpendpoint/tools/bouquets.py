"""Presets: `?bouquet=` and `?mix=` in a URL, one click on the settings page. Data only."""

from accounts.catalogue import Bouquet
from mcpendpoint.tools.classic.tools import CLASSIC_TOOLS

SEARCH = "hub_repo_search"
DETAILS = "hub_repo_details"
FS = "hf_fs"
FS_WRITE = "hf_fs_write"
CREATE = "create_repo"
UPLOAD = "upload_file"
DYNAMIC = "dynamic_space"
JOBS = "hf_jobs"
SANDBOX = ("hf_sandbox", "hf_sandbox_exec", "hf_sandbox_fs")

BOUQUETS: tuple[Bouquet, ...] = (
    Bouquet(
        "all",
        "Everything",
        "Every tool but sandboxes and those of older servers.",
        (SEARCH, DETAILS, FS, FS_WRITE, CREATE, UPLOAD, JOBS),
    ),
    Bouquet("hf_api", "Hub", "Find repositories and look at them.", (SEARCH, DETAILS, FS)),
    Bouquet("search", "Search", "Find models, datasets and Spaces.", (SEARCH, FS)),
    Bouquet("files", "Files", "Find and read files of repositories and buckets.", (FS,)),
    Bouquet("docs", "Documentation", "Search and read Hugging Face's documentation.", (FS,)),
    Bouquet(
        "research",
        "Research",
        "Papers, the models and data behind them, and repositories for what comes out.",
        (FS, FS_WRITE, DETAILS, CREATE),
    ),
    Bouquet("write", "Write", "Create repositories, and write files.", (FS, FS_WRITE, CREATE)),
    Bouquet("jobs", "Jobs", "Run scripts and commands on Hugging Face's hardware.", (JOBS,)),
    Bouquet("sandbox", "Sandbox", "Machines to run commands on, for a while.", SANDBOX),
    Bouquet(
        "hub_repo_details", "Details", "Look at repositories whose names are known.", (DETAILS,)
    ),
    Bouquet(
        "spaces",
        "Spaces",
        "Find Spaces, see what they do, and give them files.",
        (SEARCH, DETAILS, FS, UPLOAD),
    ),
    Bouquet(
        "dynamic_space", "Any Space", "Find Spaces and run them without adding them.", (DYNAMIC,)
    ),
    Bouquet(
        "classic",
        "Classic",
        "The tools of older servers, by the names they had there.",
        tuple(tool.name for tool in CLASSIC_TOOLS),
    ),
)
