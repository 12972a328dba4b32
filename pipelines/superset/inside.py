"""Runs inside Superset's own environment: its tables, its roles, its one user, and the dashboard of a bundle.

Imports Superset and nothing of this project. Reads the path of the bundle from the command line, and the password of a
user who is to be made from standard input.
"""

import sys
from pathlib import Path
from zipfile import ZipFile

from flask_migrate import upgrade
from superset.app import create_app

USER = "admin"


def prepare(bundle: Path, password: str) -> None:
    """Safe to do again: a user who is there keeps the password, and the dashboard is as the bundle has it."""
    with create_app().app_context():
        # these read the application when they are imported
        from superset import security_manager
        from superset.commands.dashboard.importers.dispatcher import ImportDashboardsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle
        from superset.extensions import appbuilder
        from superset.utils.core import override_user

        upgrade()
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        if password and security_manager.find_user(USER) is None:
            role = security_manager.find_role("Admin")
            if not security_manager.add_user(USER, "KPI", "mart", "admin@localhost", role, password=password):
                sys.exit("the user was not made")
        with ZipFile(bundle) as archive:
            contents = get_contents_from_bundle(archive)
        with override_user(security_manager.find_user(USER)):
            ImportDashboardsCommand(contents, overwrite=True).run()


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), sys.stdin.readline().strip())
