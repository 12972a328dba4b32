"""What can happen to a closed month afterwards: one change of each cause, in the form in which it really arrives."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from nightly import read_files

from pipelines.build import Project
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.ga4_reports import REPORTS
from pipelines.intake import Night
from pipelines.loads import Occasion, Ruling, rule, store


@dataclass
class Later:
    """A company after the close: its warehouse, its inbox, and the project that the next night will run."""

    connection: duckdb.DuckDBPyConnection
    inbox: Path
    project: Project
    today: date
    files: int = 0

    def deliver(self, kind: str, rows: list[dict[str, str]]) -> None:
        """A file of some rows, read."""
        self.files += 1
        path = self.inbox / kind / f"later_{self.files}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        taken = read_files(self.connection, self.inbox, self.project.config, Night("later", self.today, True))
        assert (taken.loaded, taken.rows_rejected) == (1, 0)

    def exported(self, kind: str, **wanted: str) -> list[dict[str, str]]:
        """Rows of the company's own export, as it was before the close."""
        (path,) = (self.inbox / kind).glob(f"{kind}_*.csv")
        with path.open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if all(row[name] == value for name, value in wanted.items())]
        assert rows, wanted
        return rows

    def reconfigure(self, file: str, before: str, after: str) -> None:
        """Another configuration from the next night on."""
        texts = dict(self.project.config.texts)
        assert texts[file].count(before) == 1, before
        texts[file] = texts[file].replace(before, after)
        self.project = load_project(config_from_texts(texts))


# (KPI, slice, member, part) -> amount
Expected = Mapping[tuple[str, str, str, str], Decimal]


def a_rate_is_corrected(later: Later) -> Expected:
    """The dollar rate on the day of the only dollar order of that day is 1."""
    order_id, day, amount = later.connection.execute(
        """select order_id, cast(ordered_at as date), net_amount from raw.shop_order
        where currency = 'USD' and ordered_at between '2026-07-01' and '2026-07-31' order by order_id"""
    ).fetchall()[0]
    ((then,),) = later.connection.execute(
        "select revenue_eur from facts.revenue where row_key = 'order ' || ?", [order_id]
    ).fetchall()
    later.deliver("exchange_rates", [{"date": str(day), "currency": "USD", "rate": "1"}])
    return {("revenue", "total", "", "numerator"): amount - then, ("aov", "total", "", "numerator"): amount - then}


def two_leads_are_merged(later: Later) -> Expected:
    (row,) = later.exported("leads", lead_id="L-000051")
    later.deliver("leads", [{**row, "merged_into": "L-000050"}])
    return {
        ("new_leads", "total", "", "numerator"): Decimal(-1),
        ("cpl", "total", "", "denominator"): Decimal(-1),
    }


def an_order_is_refunded(later: Later) -> Expected:
    (row,) = later.exported("orders", order_id="O-100042")
    later.deliver("orders", [{**row, "refunded_amount": "38.09", "refunded_at": "2026-07-20T12:00:00+02:00"}])
    return {("revenue", "total", "", "numerator"): Decimal("-38.09")}


def ga4_counts_late_visits(later: Later) -> Expected:
    """GA4 goes on counting a day: seven more visits by e-mail."""
    (report,) = [report for report in REPORTS if report.object == "ga4.channel_day"]
    rows = later.connection.sql(
        """select r.* exclude (load_id, is_new_key) from raw.ga4_channel_day as r
        inner join meta.current_part as p
            on p.object = 'ga4.channel_day' and p.part = r.part and p.load_id = r.load_id
        where r.part = '2026-07-15'"""
    ).to_arrow_table()
    grown = pc.equal(pc.utf8_lower(rows["session_default_channel_group"]), "email")
    first = pa.array([place == pc.index(grown, True).as_py() for place in range(len(rows))])
    for name in ("sessions", "engaged_sessions"):
        more = pc.if_else(first, pc.add(rows[name], 7), rows[name])
        rows = rows.set_column(rows.column_names.index(name), name, more)
    occasion = Occasion("ga4", "later", later.today, datetime(2026, 8, 6, tzinfo=UTC).replace(tzinfo=None))
    (stored,) = store(later.connection, [replace(report.empty_arrival(), rows=rows)], occasion)
    assert (stored.parts_accepted, stored.rows_changed) == (1, 1)
    return {
        ("sessions", "total", "", "numerator"): Decimal(7),
        ("sessions", "channel", "Email", "numerator"): Decimal(7),
        ("visit_to_lead_rate", "total", "", "denominator"): Decimal(7),
    }


def an_ads_file_is_corrected(later: Later) -> Expected:
    """The platform invoiced 100 euro more for one advertisement of one day, which the export now tells."""
    rows = later.exported("ad_costs", date="2026-07-02", platform="Google Ads")
    rows[0]["cost"] = str(Decimal(rows[0]["cost"]) + 100)
    later.deliver("ad_costs", rows)
    return {
        ("ad_spend", "total", "", "numerator"): Decimal(100),
        ("cpl", "total", "", "numerator"): Decimal(100),
        ("roas", "total", "", "denominator"): Decimal(100),
    }


def a_channel_rule_is_changed(later: Later) -> Expected:
    """What came by the partners' links is Affiliates from now on; a total knows no channel."""
    ((leads,),) = later.connection.execute(
        """select count(*) from facts.lead as f
        inner join raw.lead as r on r.person_key = f.person_key and r.created_at = f.created_at
        where r.source = 'partner' and f.channel = 'Referral' and f.created_day between '2026-07-01' and '2026-07-31'"""
    ).fetchall()
    assert leads
    later.reconfigure("channels.csv", "source,medium,campaign,platform,channel\n", PARTNERS_ARE_AFFILIATES)
    return {
        ("new_leads", "channel", "Referral", "numerator"): Decimal(-leads),
        ("new_leads", "channel", "Affiliates", "numerator"): Decimal(leads),
    }


PARTNERS_ARE_AFFILIATES = "source,medium,campaign,platform,channel\npartner,,,,Affiliates\n"


def a_cost_driver_is_changed(later: Later) -> Expected:
    """Content is borne by e-mail alone."""
    ((moved,),) = later.connection.execute(
        """select sum(amount_eur) from facts.cost_day
        where category = 'content' and channel = 'Organic Social' and day between '2026-07-01' and '2026-07-31'"""
    ).fetchall()
    later.reconfigure("cost_drivers.csv", "content,Organic Social,0.25\ncontent,Email,0.15", "content,Email,0.4")
    return {
        ("cpl", "channel", "Organic Social", "numerator"): -moved,
        ("cpl", "total", "", "numerator"): Decimal(0),
    }


def another_stage_is_called_qualified(later: Later) -> Expected:
    """What sales accepted is qualified, no longer what marketing found ready."""
    counted = later.connection.execute(
        """select kpi_id, numerator from marts.kpi_value where kpi_id in ('mqls', 'sals')
        and grain = 'month' and period_start = '2026-07-01' and slice = 'total' order by kpi_id"""
    ).fetchall()
    (_, mqls), (_, sals) = counted
    later.reconfigure("company.yaml", "qualified_stage: mql ", "qualified_stage: sal ")
    return {
        ("qualified_leads", "total", "", "numerator"): sals - mqls,
        ("cost_per_qualified_lead", "total", "", "denominator"): sals - mqls,
    }


def a_definition_is_changed(later: Later) -> Expected:
    """The cost of a lead is what was spent for it alone, without overhead."""
    ((full, direct),) = later.connection.execute(
        """select sum(amount_eur), sum(amount_eur) filter (scope in ('media', 'direct')) from facts.cost_day
        where day between '2026-07-01' and '2026-07-31'"""
    ).fetchall()
    text = later.project.config.texts["kpis/lead_gen.yaml"]
    entry = text[text.index("- id: cpl\n") :].partition("\n  - id: ")[0]
    later.reconfigure("kpis/lead_gen.yaml", entry, entry.replace("cost_full_eur", "cost_direct_eur"))
    return {("cpl", "total", "", "numerator"): direct - full}


def an_open_deal_is_won(later: Later) -> Expected:
    """A deal that was quoted in July is won some days after the close; the same file tells it by its one row."""
    open_deals = later.exported("deals", status="open", is_test="false", merged_into="")
    row = next(row for row in open_deals if row["quote_sent_at"].startswith("2026-07") and row["currency"] == "GBP")
    later.deliver("deals", [{**row, "status": "won", "stage": "Closed won", "closed_at": "2026-08-10T12:00:00+02:00"}])
    return {("opportunity_to_customer_rate", "total", "", "numerator"): Decimal(1)}


def a_stage_is_left_out(later: Later) -> Expected:
    """Sales accepts no leads any more: the stage is gone, and so is what was counted of it."""
    ((accepted,),) = later.connection.execute(
        """select numerator from marts.kpi_value where kpi_id = 'sals' and grain = 'month'
        and period_start = '2026-07-01' and slice = 'total'"""
    ).fetchall()
    stages = later.project.config.texts["company.yaml"]
    line = next(line for line in stages.splitlines() if line.startswith("stages:"))
    later.reconfigure("company.yaml", line, line.replace("sal, ", ""))
    return {("sals", "total", "", "numerator"): -accepted}


def an_order_has_no_rate(later: Later) -> Expected:
    """An order in a currency that no rate is known of: what July earned is unknown."""
    (row,) = later.exported("orders", order_id="O-100042")
    later.deliver("orders", [{**row, "order_id": "O-NOK", "currency": "NOK"}])
    return {}


def a_read_of_ga4_is_taken_back(later: Later) -> Expected:
    """The reads of the visits by channel are retracted: they were of another property."""
    ((visits,),) = later.connection.execute(
        """select numerator from marts.kpi_value where kpi_id = 'sessions' and grain = 'month'
        and period_start = '2026-07-01' and slice = 'total'"""
    ).fetchall()
    moment = datetime(2026, 8, 6, tzinfo=UTC).replace(tzinfo=None)
    loads = later.connection.execute("select load_id from meta.load where object = 'ga4.channel_day'").fetchall()
    for (load_id,) in loads:
        rule(later.connection, Ruling("retract", load_id, "another property", moment))
    return {("sessions", "total", "", "numerator"): -visits}


CHANGES: Mapping[str, Callable[[Later], Expected]] = {
    "exchange_rate": a_rate_is_corrected,
    "merge": two_leads_are_merged,
    "refund": an_order_is_refunded,
    "late_data": ga4_counts_late_visits,
    "source_correction": an_ads_file_is_corrected,
    "attribution": a_channel_rule_is_changed,
    "cost_allocation": a_cost_driver_is_changed,
    "configuration": another_stage_is_called_qualified,
    "definition": a_definition_is_changed,
}
