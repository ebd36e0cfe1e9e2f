"""The product's settings, but client documents come from the folder that CLIENT_DOCUMENTS names.

The product itself has no setting for that: it fetches them from public addresses only.
"""

from hfmcp_site.settings import *  # noqa: F403
from hfmcp_site.settings import OAUTH2_PROVIDER as PRODUCT

OAUTH2_PROVIDER = PRODUCT | {
    "CIMD_METADATA_FETCHER": "tests.accounts.authorization.documents.DocumentsInFolder"
}
