// Only report pages load this bundle: ECharts with the parts that those pages draw.
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent, BarChart, CanvasRenderer, CustomChart, DatasetComponent, GridComponent, LegendComponent, LineChart,
  ScatterChart, TooltipComponent,
]);

window.echarts = echarts;
