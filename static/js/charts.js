// Only report pages load this bundle: ECharts with the parts that those pages draw.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import "../css/charts.css";
import { closeRates } from "./charts/close_rates.js";
import { mix } from "./charts/mix.js";
import { palette } from "./charts/palette.js";

echarts.use([
  AriaComponent, BarChart, CanvasRenderer, CustomChart, GridComponent, LegendComponent, LineChart, MarkLineComponent,
  TooltipComponent,
]);

const KINDS = { "close-rates": closeRates, mix };
const drawn = new Map(); // figure -> chart

function draw(figure) {
  const data = JSON.parse(figure.dataset.chart);
  const canvas = figure.querySelector(".chart-canvas");
  const colors = palette(canvas);
  const { height, option } = KINDS[data.name](data, colors, canvas.clientWidth);
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

function offerPicture(figure) {
  const button = figure.querySelector("[data-chart-picture]");
  button.hidden = false;
  button.onclick = () => {
    const link = document.createElement("a");
    const { name, by } = JSON.parse(figure.dataset.chart);
    const backgroundColor = palette(figure).surface;
    link.href = drawn.get(figure).getDataURL({ type: "png", pixelRatio: 2, backgroundColor });
    link.download = `${name}-by-${by}.png`;
    link.click();
  };
}

function drawAll() {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll("[data-chart]")) {
    draw(figure);
    offerPicture(figure);
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
document.fonts.ready.then(drawAll);
