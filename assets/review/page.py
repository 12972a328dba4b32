"""The review pages, with a workbook and an e-mail beside each: one per version and language, and the list of all."""

import dagster as dg

from pipelines.review.after_a_build import write_pages_after_build
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
        description=(
            "The monthly review pages in Dutch and English, as workbook and e-mail too, from snapshots only; "
            "and the page of yesterday and the running month, from the last build."
        ),
        required_resource_keys={"warehouse"},
        pool="warehouse",
    )
    @shows_failure
    def page(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        written = write_pages_after_build(context.resources.warehouse, runtime)
        return dg.MaterializeResult(metadata={"pages written": len(written), "folder below KPI_DATA": "reports"})

    return [page]
