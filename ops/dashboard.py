"""Write the dashboard as JSON: `python -m ops.dashboard > helm/files/dashboard.json`."""

import json
import re
import sys

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.builders.common import GraphThresholdsStyleConfig, ReduceDataOptions, VizLegendOptions
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from ops.panel import Panel, Query, of
from ops.rows import ROWS

RUNBOOKS = "docs/runbooks/"
DEAD_LETTERS = "docs/redrive.md"
"""The chart puts the values prometheusRule.runbookUrl and dashboard.deadLettersUrl in their places."""
ALERT = re.compile(r"Returns[A-Z]\w+")
SOURCE = model.DataSourceRef(type_val="prometheus", uid="$datasource")
HEIGHTS = {"stat": 4, "chart": 8, "heatmap": 8}
Builder = stat.Panel | timeseries.Panel | heatmap.Panel


def text() -> str:
    """The dashboard as it is committed."""
    return json.dumps(json.loads(JSONEncoder(sort_keys=True, indent=2).encode(_dashboard().build())), indent=2) + "\n"


def _dashboard() -> build.Dashboard:
    board = (
        build.Dashboard("Returns consumer")
        .uid("returns-consumer")
        .description("Whether every return gets its outcome, how soon, and what stands in the way.")
        .tags(["returns", "kafka"])
        .readonly()
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .link(_link("Runbooks", RUNBOOKS))
        .link(_link("Dead letters", DEAD_LETTERS))
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .with_variable(build.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_variable("job", "label_values(returns_build_info, job)"))
        .with_variable(_variable("instance", 'label_values(returns_build_info{job=~"$job"}, instance)'))
        .annotation(
            _annotation(
                "Version",
                f"count by (version) ({of('build_info')}) unless count by (version) ({of('build_info')} offset 5m)",
            )
        )
        .annotation(_annotation("Rebalance", f"sum by (type) (increase({of('rebalances_total')}[1m])) > 0"))
    )
    for row in ROWS:
        board = board.with_row(build.Row(row.title))
        for panel in row.panels:
            board = board.with_panel(_panel(panel))
    return board


def _link(title: str, url: str) -> build.DashboardLink:
    link = build.DashboardLink(title).type(model.DashboardLinkType.LINK)
    return link.url(url).target_blank(target_blank=True)


def _variable(name: str, query: str) -> build.QueryVariable:
    return (
        build.QueryVariable(name)
        .label(name)
        .datasource(SOURCE)
        .query(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".+")
        .current(model.VariableOption(selected=True, text="All", value="$__all"))
    )


def _annotation(name: str, expression: str) -> build.AnnotationQuery:
    return build.AnnotationQuery().name(name).datasource(SOURCE).enable(enable=True).icon_color("blue").expr(expression)


def _panel(panel: Panel) -> Builder:
    builder: Builder
    match panel.kind:
        case "stat":
            builder = _stat(panel)
        case "heatmap":
            builder = heatmap.Panel()
        case "chart":
            builder = _chart(panel)
    builder = (
        builder.title(panel.title)
        .description(panel.says)
        .datasource(SOURCE)
        .unit(panel.unit)
        .min(0)
        .no_value("0")
        .height(HEIGHTS[panel.kind])
        .span(panel.width)
        .links([_link(alert, f"{RUNBOOKS}{alert}") for alert in ALERT.findall(panel.says)])
    )
    for number, query in enumerate(panel.queries):
        builder = builder.with_target(_query(query, panel, chr(ord("A") + number)))
    return builder


def _stat(panel: Panel) -> stat.Panel:
    words = {value: model.ValueMappingResult(text=name) for value, name in panel.names}
    builder = (
        stat.Panel()
        .color_mode(BigValueColorMode.VALUE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_thresholds(panel))
    )
    return builder.mappings([model.ValueMap(options=words)]) if words else builder


def _chart(panel: Panel) -> timeseries.Panel:
    legend = VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    builder = timeseries.Panel().fill_opacity(10).legend(legend.show_legend(show_legend=True))
    if panel.red_from is None:
        return builder
    line = GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.LINE)
    return builder.thresholds(_thresholds(panel)).thresholds_style(line)


def _thresholds(panel: Panel) -> build.ThresholdsConfig:
    steps = [model.Threshold(value=None, color="green")]
    if panel.red_from is not None:
        steps.append(model.Threshold(value=panel.red_from, color="red"))
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _query(query: Query, panel: Panel, ref: str) -> prometheus.Dataquery:
    builder = prometheus.Dataquery().expr(query.expression).ref_id(ref).datasource(SOURCE)
    if query.legend:
        builder = builder.legend_format(query.legend)
    match panel.kind:
        case "heatmap":
            return builder.format(PromQueryFormat.HEATMAP).exemplar(exemplar=True)
        case "stat":
            return builder.instant()
        case "chart":
            return builder.range()


if __name__ == "__main__":
    sys.stdout.write(text())
