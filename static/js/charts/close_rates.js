// A mark at each group's close rate, a whisker over its 95 % interval, its sample printed beside its name.
import { MARKS, percent, tooltip } from "./palette.js";

const SIZE = 5;

function mark(shape, [x, y], style) {
  const square = { x: x - SIZE, y: y - SIZE, width: 2 * SIZE, height: 2 * SIZE };
  const points = {
    diamond: [[x, y - SIZE - 1.5], [x + SIZE + 1.5, y], [x, y + SIZE + 1.5], [x - SIZE - 1.5, y]],
    triangle: [[x, y - SIZE - 1], [x + SIZE + 1, y + SIZE], [x - SIZE - 1, y + SIZE]],
  }[shape];
  if (points) return { type: "polygon", shape: { points }, style };
  if (shape === "rect") return { type: "rect", shape: square, style };
  return { type: "circle", shape: { cx: x, cy: y, r: SIZE }, style };
}

function line([x1, y1], [x2, y2], stroke, lineDash) {
  return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 1.5, lineDash } };
}

// A scale from 0 that ends on a tick at or above the highest interval.
function scale(highest, most) {
  const interval = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((step) => highest / step <= most) ?? 0.5;
  return { min: 0, max: Math.min(1, Math.ceil(highest / interval) * interval), interval };
}

export function closeRates(data, colors, width) {
  const rows = data.rows;
  const sideways = data.by !== "month" || width < 600; // names down the side; months run from left to right
  const color = (row) => colors.paths[row.key] ?? colors.ink2;
  const at = (api, index, value) => api.coord(sideways ? [value, index] : [index, value]);

  function renderItem(params, api) {
    const row = rows[params.dataIndex];
    const [low, high, rate] = [row.low, row.high, row.rate].map((value) => at(api, params.dataIndex, value));
    const cap = ([x, y]) => (sideways ? line([x, y - 4], [x, y + 4], color(row)) : line([x - 4, y], [x + 4, y], color(row)));
    const style = { fill: row.enough ? color(row) : colors.surface, stroke: color(row), lineWidth: 2 };
    const dash = row.enough ? undefined : [4, 3];
    const shape = data.by === "path" ? MARKS[row.key] : "circle";
    return { type: "group", children: [line(low, high, color(row), dash), cap(low), cap(high), mark(shape, rate, style)] };
  }

  const names = {
    type: "category",
    data: rows.map((row) => row.label),
    inverse: sideways,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.line } },
    axisLabel: {
      color: colors.ink,
      width: sideways ? Math.min(190, width * 0.34) : undefined,
      overflow: sideways ? "truncate" : "none",
      hideOverlap: !sideways,
      interval: sideways || (width - 110) / rows.length > 56 ? 0 : "auto",
      lineHeight: 16,
      rich: { n: { color: colors.ink2, fontSize: 11, lineHeight: 14 } },
      formatter: (label, index) => `${label}\n{n|n = ${rows[index].leads.toLocaleString("en")}}`,
    },
  };
  const rates = {
    type: "value",
    ...scale(Math.max(...rows.map((row) => row.high)), width < 500 ? 4 : 8),
    axisLabel: { color: colors.ink2, formatter: (value) => `${Number((value * 100).toFixed(1))} %` },
    splitLine: { lineStyle: { color: colors.line } },
  };
  return {
    height: sideways ? 56 + rows.length * 44 : 320,
    option: {
      aria: { enabled: false }, // the page has the table
      grid: { left: 8, right: sideways ? 18 : 66, top: 26, bottom: 8, containLabel: true },
      tooltip: {
        ...tooltip(colors),
        formatter: ({ dataIndex }) => {
          const row = rows[dataIndex];
          return `${row.label}\n${row.won} of ${row.leads} won: ${percent(row.rate)}\n95 %: ${percent(row.low)} to ${percent(row.high)}`;
        },
      },
      xAxis: sideways ? rates : names,
      yAxis: sideways ? names : rates,
      series: [{
        type: "custom",
        renderItem,
        data: rows.map((row, index) => (sideways ? [row.rate, index, row.low, row.high] : [index, row.rate, row.low, row.high])),
        encode: sideways ? { x: [0, 2, 3], y: 1 } : { x: 0, y: [1, 2, 3] },
        markLine: {
          silent: true,
          symbol: "none",
          precision: 6,
          lineStyle: { type: "dashed", color: colors.ink2 },
          label: { formatter: `all ${percent(data.overall.rate)}`, color: colors.ink2, position: sideways ? "start" : "end" },
          data: [sideways ? { xAxis: data.overall.rate } : { yAxis: data.overall.rate }],
        },
      }],
    },
  };
}
