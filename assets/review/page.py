"""The review pages, with a workbook and an e-mail beside each: one per version and language, and the list of all."""

import dagster as dg

from pipelines.review import write_outstanding_pages
from pipelines.runtime import Runtime
from pipelines.shown_failures import shows_failure


def definitions(runtime: Runtime) -> list[dg.AssetsDefinition]:
    """The asset `review/page`."""

    @dg.asset(
        key=["review", "page"],
        # after the mart: what is wrong with a page keeps no figures from their readers
        deps=[
            dg.AssetKey(["published", "kpi_mart"]),
            dg.AssetKey(["reference", "annotation"]),
            *(
                dg.AssetKey(["snapshots", name])
                for name in (
                    "snapshot",
                    "kpi_value",
                    "channel_month",
                    "funnel_cohort",
                    "funnel_period",
                    "kpi",
                    "stage",
                    "kpi_target_status",
                )
            ),
        ],
        group_name="review",
        kinds={"html", "excel"},
        owners=["team:marketing-data"],
        description="The monthly review pages in Dutch and English, as workbook and e-mail too, from snapshots only.",
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def page(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        reports, company = runtime.settings.data_dir / "reports", runtime.config.company
        written = write_outstanding_pages(
            context.resources.warehouse,
            reports,
            company_name=company.name,
            is_demo=runtime.is_demo,
            headline_pack=runtime.config.headline_pack(runtime.business_date),
            reports_address=runtime.config.sources.reports.address or "",
        )
        return dg.MaterializeResult(metadata={"pages written": len(written), "folder below KPI_DATA": "reports"})

    return [page]
