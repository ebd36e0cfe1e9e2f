"""Client ID Metadata Documents that need no network: the fetcher of tests, by its setting."""

import json
import os
from pathlib import Path
from typing import Any

from accounts.authorization.client_documents import DocumentError, DocumentUnreachable

CLIENT_ID = "https://client.example/mcp/client.json"
FOLDER_VARIABLE = "CLIENT_DOCUMENTS"


def document(**changes: Any) -> dict[str, Any]:
    return {
        "client_id": CLIENT_ID,
        "client_name": "Documented client",
        "redirect_uris": ["http://127.0.0.1:33418/callback"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    } | changes


class MadeUpDocuments:
    """Set as CIMD_METADATA_FETCHER by the `documents` fixture."""

    known: dict[str, dict[str, Any]] = {}
    problem: DocumentError = DocumentUnreachable("there is no such document")
    fetched: list[str] = []

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        self.fetched.append(client_id)
        if client_id not in self.known:
            raise self.problem
        return self.known[client_id], 300


class DocumentsInFolder:
    """For a product in a process of its own: each document is a file in a folder."""

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        for file in Path(os.environ[FOLDER_VARIABLE]).glob("*.json"):
            about = json.loads(file.read_text())
            if about["client_id"] == client_id:
                return about, 300
        raise DocumentUnreachable("there is no such document")
