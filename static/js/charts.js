// Only report pages load this bundle: ECharts with the parts that those pages draw.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import "../css/charts.css";
import { bars } from "./charts/bars.js";
import { curves } from "./charts/curves.js";
import { dots } from "./charts/dots.js";
import { mix } from "./charts/mix.js";
import { palette } from "./charts/palette.js";

echarts.use([
  AriaComponent, BarChart, CanvasRenderer, CustomChart, GridComponent, LegendComponent, LineChart, MarkLineComponent,
  TooltipComponent,
]);

const KINDS = { bars, curves, dots, mix };
const drawn = new Map(); // figure -> chart

function draw(figure) {
  const data = JSON.parse(figure.dataset.chart);
  const canvas = figure.querySelector(".chart-canvas");
  const colors = palette(canvas);
  const { height, option } = KINDS[data.kind](data, colors, canvas.clientWidth);
  canvas.style.height = `${height}px`;
  const chart = drawn.get(figure) ?? echarts.init(canvas, null, { renderer: "canvas" });
  drawn.set(figure, chart);
  chart.resize();
  chart.setOption({ animation: false, textStyle: { fontFamily: colors.font, color: colors.ink }, ...option }, true);
  chart.off("click");
  chart.on("click", ({ dataIndex }) => {
    if (data.rows[dataIndex]?.href) location.assign(data.rows[dataIndex].href);
  });
}

function drawAll() {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll("[data-chart]")) {
    draw(figure);
  }
}

let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  drawAll();
});
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
document.addEventListener("htmx:afterSettle", drawAll);
addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
document.fonts.ready.then(drawAll);
