"""Superset's own API, as a browser would call it."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


class Client:
    """Signed in to a Superset; waits until it answers."""

    def __init__(self, base: str, password: str) -> None:
        self.base = base
        self.http = requests.Session()
        starting = Retry(total=60, backoff_factor=0.5, backoff_max=2, status_forcelist=[502, 503])
        self.http.mount("http://", HTTPAdapter(max_retries=starting))
        self.get("/health")
        signed_in = self.http.post(
            f"{base}/api/v1/security/login",
            json={"username": "admin", "password": password, "provider": "db", "refresh": False},
            timeout=120,
        )
        signed_in.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
        self.http.headers["X-CSRFToken"] = self.get("/api/v1/security/csrf_token/").json()["result"]
        self.http.headers["Referer"] = base

    def get(self, path: str) -> requests.Response:
        answer = self.http.get(self.base + path, timeout=120)
        answer.raise_for_status()
        return answer

    def charts(self) -> dict[str, int]:
        """The charts by name."""
        listed = self.get("/api/v1/chart/?q=(page_size:100)").json()["result"]
        return {chart["slice_name"]: chart["id"] for chart in listed}

    def rows(self, chart: int) -> list[dict[str, Any]]:
        """What a chart shows now; an error of its query is raised."""
        (result,) = self.get(f"/api/v1/chart/{chart}/data/").json()["result"]
        assert result["error"] is None, result["error"]
        rows: list[dict[str, Any]] = result["data"]
        return rows

    def sql(self, statement: str) -> requests.Response:
        """A statement typed into SQL Lab."""
        (database,) = self.get("/api/v1/database/").json()["result"]
        body = {"database_id": database["id"], "sql": statement, "runAsync": False, "queryLimit": 10}
        return self.http.post(f"{self.base}/api/v1/sqllab/execute/", json=body, timeout=120)
