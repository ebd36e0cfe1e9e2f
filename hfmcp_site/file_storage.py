"""Where people's files lie, as an entry of Django's STORAGES."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def in_folder(folder: Path) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def in_bucket(bucket: str, endpoint: str, region: str, prefix: str) -> dict[str, Any]:
    """Who may write there, boto3 finds out itself. Raises ImproperlyConfigured without it."""
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "FILES_S3_BUCKET should be set only where what writes to it is installed: "
            "pip install 'hfmcp[s3]', or -r requirements-s3.txt in a checkout."
        )
    return {
        "BACKEND": "mcpendpoint.files.in_bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "location": prefix,
        },
    }
