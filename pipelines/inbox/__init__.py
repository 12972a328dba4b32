"""Files that people and systems drop into the inbox: found, read, typed, and handed over as arrivals.

Kinds and forms are data; neither Dagster nor an engine is known here.
"""

from pipelines.inbox.cells import ReadingRules
from pipelines.inbox.dialect_forms import read_dialects
from pipelines.inbox.dialects import hash_of_dialects
from pipelines.inbox.discovery import discover
from pipelines.inbox.drafts import draft_of
from pipelines.inbox.erased import Erased
from pipelines.inbox.explained import Explained, explain_file
from pipelines.inbox.files import FileRead, read_file
from pipelines.inbox.kinds import KINDS
from pipelines.inbox.persons import PersonKeys, Persons, source_id_hmac
from pipelines.inbox.samples import sample_of
from pipelines.inbox.splitting import empty_arrivals
from pipelines.inbox.typing_columns import RejectedRow
from pipelines.inbox.unreadable import Ignored, Unreadable, Waiting
from pipelines.inbox.versions import InboxFile, KnownFile

__all__ = [
    "KINDS",
    "Erased",
    "Explained",
    "FileRead",
    "Ignored",
    "InboxFile",
    "KnownFile",
    "PersonKeys",
    "Persons",
    "ReadingRules",
    "RejectedRow",
    "Unreadable",
    "Waiting",
    "discover",
    "draft_of",
    "empty_arrivals",
    "explain_file",
    "hash_of_dialects",
    "read_dialects",
    "read_file",
    "sample_of",
    "source_id_hmac",
]
