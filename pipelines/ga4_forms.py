"""What one derived GA4 request asks for: the dimension of its slice, the form in which visits are counted, its fields.

Which requests there are is decided by `ga4_periods`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.ga4_reports import hash_of_asked

OBJECT = "ga4.period"
DIMENSION_OF_SLICE = {
    "total": None,
    "channel": "sessionDefaultChannelGroup",
    "device": "deviceCategory",
    "source_medium": "sessionSourceMedium",
    "campaign": "sessionCampaignName",
    "landing_page": "landingPage",
    "page": "pagePath",
    "country": "country",
    "city": "city",
    "age": "userAgeBracket",
    "gender": "userGender",
}
# members of this slice are the values of the form's own dimension
EVENT_NAME = "event_name"


@dataclass(frozen=True)
class Form:
    """What is counted: all visits, those divided by one more dimension, or those of a set of pages or a channel.

    Or the visitors whose first visit was in the period, followed over so many steps after it.
    """

    metrics: tuple[str, ...]
    split: str | None = None
    page_set: str | None = None
    page_field: str = "pagePath"
    channel: str | None = None
    followed_steps: int = 0


# GA4 reference §4: what is asked for reaches so many days further with every monthly step of a cohort
DAYS_OF_A_STEP = 30
VISITS = ("totalUsers", "newUsers", "sessions", "scrolledUsers", "screenPageViews", "userEngagementDuration")
FORMS = {
    "all": Form(VISITS),
    "newVsReturning": Form(("totalUsers",), "newVsReturning"),
    "eventName": Form(("totalUsers", "sessions", "eventCount"), "eventName"),
    "blog": Form(("screenPageViews",), page_set="blog"),
    "calls": Form(("eventCount", "screenPageViews"), "eventName", page_set="call_to_action"),
    "referral": Form(("sessions",), "sessionSource", channel="Referral"),
    "content": Form(("newUsers",), page_set="content", page_field="landingPage"),
    # the month after the first visit is whole after two steps only: one of 30 days misses the end of long months
    "cohort": Form(("cohortActiveUsers", "cohortTotalUsers"), "cohortNthMonth", followed_steps=2),
}
# the events that GA4 counts as views of a page
VIEWS = ("page_view", "screen_view")
METRICS = tuple(dict.fromkeys(metric for form in FORMS.values() for metric in form.metrics))


@dataclass(frozen=True)
class Period:
    """Days counted as one; `last_day` lies before the end of a period that is not over."""

    grain: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class PeriodReport:
    """One derived request; of events or pages only those that are listed, none listed means all."""

    grain: str
    slice: str
    form: str
    events: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How parts call it."""
        return f"{self.grain}/{self.slice}/{self.form}"

    @property
    def asked(self) -> str:
        """Short hash of what is asked for: an answer to other fields, events or pages is no answer to this."""
        return hash_of_asked(self.dimensions, self.metrics, self.events, *([self.pages] if self.pages else []))

    @property
    def object(self) -> str:
        """How messages call it."""
        return f"{OBJECT} {self.name}"

    @property
    def slice_dimension(self) -> str | None:
        """The field whose values are the members; a visitor of a cohort stays with the channel of the first visit."""
        if self.followed_days and self.slice == "channel":
            return "firstUserDefaultChannelGroup"
        return DIMENSION_OF_SLICE[self.slice]

    @property
    def split(self) -> str | None:
        """The field that the form divides by."""
        return FORMS[self.form].split

    @property
    def page_field(self) -> str:
        """The field that `pages` are addresses of."""
        return FORMS[self.form].page_field

    @property
    def channel(self) -> str | None:
        """The channel whose visits alone count."""
        return FORMS[self.form].channel

    @property
    def followed_steps(self) -> int:
        """For how many steps after their first visit the visitors of a period are followed; 0 for all other reports."""
        return FORMS[self.form].followed_steps

    @property
    def followed_days(self) -> int:
        """The days of these steps."""
        return self.followed_steps * DAYS_OF_A_STEP

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The fields it divides by; days come by `date`, cohorts by name, other periods each as a range of days."""
        time = "cohort" if self.followed_steps else "date" if self.grain == "day" else None
        return tuple(field for field in (time, self.slice_dimension, self.split) if field)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What it counts."""
        return FORMS[self.form].metrics

    def counted_until(self, period: Period) -> date:
        """The last day on which something can happen that counts for the period."""
        return period.last_day + timedelta(days=self.followed_days)

    def part(self, period: Period) -> str:
        """The part of the load that a period is."""
        return f"{self.name}/{period.first_day.isoformat()}"
