"""`trust_limits` of `config/company.yaml`: from where on a number is told with caution, and from where on it is bad."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from pipelines.configuration.problems import UnfitError
from pipelines.configuration.strict import Days, Number, StrictModel

Level = Annotated[Number, Field(ge=0, le=1)]
Fewest = Annotated[int, Field(ge=1, le=1_000_000_000)]


class _Most(StrictModel):
    """Shares above which trust is lowered; 1 never is."""

    caution: Level
    bad: Level

    @model_validator(mode="after")
    def _worse_when_higher(self) -> Self:
        if self.bad < self.caution:
            raise UnfitError(f"bad {self.bad} is below caution {self.caution}", "let a higher share be bad", "bad")
        return self


class ConsentCoverage(StrictModel):
    """Of the web leads in the CRM the share that GA4 heard of, below which trust is lowered; 0 is never undercut.

    A period with fewer web leads than `fewest_web_leads` says nothing: one more or less would move it too far.
    """

    caution: Level = Decimal("0.85")
    bad: Level = Decimal("0.6")
    fewest_web_leads: Fewest = 50

    @model_validator(mode="after")
    def _worse_when_lower(self) -> Self:
        if self.bad > self.caution:
            raise UnfitError(f"bad {self.bad} is above caution {self.caution}", "let a lower share be bad", "bad")
        return self


class UnattributedShare(_Most):
    """Of what channels divide, the share without a known channel; counts below `fewest` say nothing."""

    caution: Level = Decimal("0.25")
    bad: Level = Decimal("0.5")
    fewest: Fewest = 20


class ProxyOpens(_Most):
    """Of the opens of e-mails, the share that mail proxies made."""

    caution: Level = Decimal("0.35")
    bad: Level = Decimal("0.75")


class UnreadDays(StrictModel):
    """Days unread after which a period is bad: an API is read every night, a file may come once a month."""

    api: Days = 7
    file: Days = 45


class TrustLimits(StrictModel):
    """The levels of every signal that has one."""

    consent_coverage: ConsentCoverage = ConsentCoverage()
    unattributed_share: UnattributedShare = UnattributedShare()
    proxy_opens: ProxyOpens = ProxyOpens()
    unread_days: UnreadDays = UnreadDays()
