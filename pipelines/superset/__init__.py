"""Superset on this machine, showing the published mart: how it is prepared and started.

It lives in an environment of its own and knows nothing of this project but a bundle of `semantics` and the published
file. What the dashboard holds stands in `config/bi/superset`.
"""

from pipelines.superset.serving import Server, prepare, server_in

__all__ = ["Server", "prepare", "server_in"]
