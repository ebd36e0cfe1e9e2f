"""Presets: `?bouquet=` and `?mix=` in a URL, one click on the settings page. Data only."""

from accounts.catalogue import Bouquet

SEARCH = "hub_repo_search"
DETAILS = "hub_repo_details"

BOUQUETS: tuple[Bouquet, ...] = (
    Bouquet("all", "Everything", "Every tool there is.", (SEARCH, DETAILS)),
    Bouquet("hf_api", "Hub", "Find repositories and look at them.", (SEARCH, DETAILS)),
    Bouquet("search", "Search", "Find models, datasets and Spaces.", (SEARCH,)),
    Bouquet(
        "hub_repo_details", "Details", "Look at repositories whose names are known.", (DETAILS,)
    ),
    Bouquet("spaces", "Spaces", "Find Spaces and see what they do.", (SEARCH, DETAILS)),
)
