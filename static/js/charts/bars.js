// A bar for each row, its figure printed beside it.
import { tooltip } from "./palette.js";

export function bars(data, colors, width) {
  const rows = data.rows;
  return {
    height: 30 + rows.length * 46,
    option: {
      aria: { enabled: false },
      grid: { left: 8, right: width < 500 ? 84 : 190, top: 6, bottom: 6, containLabel: true },
      tooltip: { ...tooltip(colors), formatter: ({ dataIndex }) => `${rows[dataIndex].label}\n${rows[dataIndex].value.toLocaleString("en")}${rows[dataIndex].note ? `\n${rows[dataIndex].note}` : ""}` },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: rows.map((row) => row.label), axisTick: { show: false }, axisLine: { show: false },
        axisLabel: { color: colors.ink, width: Math.min(170, width * 0.3), overflow: "truncate" } },
      series: [{
        type: "bar", barMaxWidth: 26, data: rows.map((row) => row.value),
        itemStyle: { color: colors.accent, borderRadius: 3 },
        label: { show: true, position: "right", color: colors.ink, formatter: ({ dataIndex }) => {
          const row = rows[dataIndex];
          return `${row.value.toLocaleString("en")}${row.note && width >= 500 ? `   ${row.note}` : ""}`;
        } },
      }],
    },
  };
}
