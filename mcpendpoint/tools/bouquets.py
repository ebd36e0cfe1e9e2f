"""Presets: `?bouquet=` and `?mix=` in a URL, one click on the settings page. Data only."""

from accounts.catalogue import Bouquet

SEARCH = ("hub_repo_search",)

BOUQUETS: tuple[Bouquet, ...] = (
    Bouquet("all", "Everything", "Every tool there is.", SEARCH),
    Bouquet("search", "Search", "Find models, datasets and Spaces.", SEARCH),
)
