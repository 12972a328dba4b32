"""Reading one collection of the account whole, also while it moves.

What the rows mean belongs to `mailchimp_rows`, one page and its repetition to `mailchimp_client`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.mailchimp_client import pages
from pipelines.mailchimp_errors import MailchimpIncompleteError, incomplete
from pipelines.mailchimp_objects import MailchimpObject
from pipelines.mailchimp_values import Answer

READINGS_OF_A_MOVING_COLLECTION = 3


class Collections:
    """Reads collections in pages of `page_size`, at most 1000."""

    def __init__(self, page_size: int) -> None:
        self._page_size = page_size

    def rows(
        self, wanted: MailchimpObject, method: Callable[..., dict[str, Any]], *args: str, **kw: str
    ) -> list[Answer]:
        """All rows of a collection; read again when it moved under the reading or came short, so that none is missed.

        Mailchimp reference §7: paging goes by position, so a row that is added or deleted meanwhile makes another one
        come twice or not at all.

        Raises:
            MailchimpUnavailableError: it is not to be had completely now.
            MailchimpRefusedError: the key, its rights or the address is wrong.
        """
        why = incomplete(wanted.collection, "it kept changing while it was read")
        for _ in range(READINGS_OF_A_MOVING_COLLECTION):
            try:
                rows = list(pages(method, wanted.collection, *args, count=self._page_size, fields=wanted.asked, **kw))
            except MailchimpIncompleteError as error:
                why = error
                continue
            if len({str(row.get(wanted.identity)) for row in rows}) == len(rows):
                return [Answer(row, f"Mailchimp {wanted.name} {row.get(wanted.identity)}") for row in rows]
        raise why
