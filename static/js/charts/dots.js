// A mark at each group's figure, a whisker over its 95 % interval, its sample printed beside its name.
import { MARKS, tooltip, written } from "./palette.js";

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

// A scale with about as many ticks as there is room for; rates start at 0 and end at 1 at most.
function scale(rows, reference, unit, most) {
  const values = rows.flatMap((row) => [row.low ?? row.value, row.value, row.high ?? row.value]);
  if (reference !== null) values.push(reference);
  const lowest = Math.min(0, ...values), highest = Math.max(0, ...values);
  const rough = (highest - lowest || 1) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
  const max = Math.ceil(highest / interval - 1e-9) * interval;
  return { min: Math.floor(lowest / interval + 1e-9) * interval, max: unit === "share" ? Math.min(1, max) : max, interval };
}

export function dots(data, colors, width) {
  const rows = data.rows;
  const sideways = data.by !== "month" || width < 600; // names down the side; months run from left to right
  const color = (row) => colors.paths[row.key] ?? colors.ink2;
  const at = (api, index, value) => api.coord(sideways ? [value, index] : [index, value]);

  function renderItem(params, api) {
    const row = rows[params.dataIndex];
    const [low, high, middle] = [row.low ?? row.value, row.high ?? row.value, row.value].map((value) => at(api, params.dataIndex, value));
    const cap = ([x, y]) => (sideways ? line([x, y - 4], [x, y + 4], color(row)) : line([x - 4, y], [x + 4, y], color(row)));
    const sure = row.enough && row.ripe;
    const style = { fill: row.enough ? color(row) : colors.surface, stroke: color(row), lineWidth: 2 };
    const dash = sure ? undefined : [4, 3];
    const shape = data.by === "path" ? MARKS[row.key] : "circle";
    return { type: "group", children: [line(low, high, color(row), dash), cap(low), cap(high), mark(shape, middle, style)] };
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
      formatter: (label, index) => (rows[index].n === null ? label : `${label}\n{n|n = ${rows[index].n.toLocaleString("en")}}`),
    },
  };
  const range = scale(rows, data.reference, data.unit, width < 500 ? 4 : 8);
  const along = (data.reference - range.min) / (range.max - range.min || 1); // where on the scale the reference is
  const rates = {
    type: "value",
    ...range,
    axisLabel: { color: colors.ink2, formatter: (value) => written(value, data.unit, true) },
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
          const won = row.won === undefined || row.n === null ? "" : `${row.won} of ${row.n} won: `;
          const interval = row.low === null ? "" : `\n${data.interval ?? "95 %"}: ${written(row.low, data.unit)} to ${written(row.high, data.unit)}`;
          return `${row.label}\n${won}${written(row.value, data.unit)}${interval}${row.ripe ? "" : "\nnot ripe yet"}`;
        },
      },
      xAxis: sideways ? rates : names,
      yAxis: sideways ? names : rates,
      series: [{
        type: "custom",
        renderItem,
        data: rows.map((row, index) => (sideways ? [row.value, index, row.low, row.high] : [index, row.value, row.low, row.high])),
        encode: sideways ? { x: [0, 2, 3], y: 1 } : { x: 0, y: [1, 2, 3] },
        markLine: data.reference === null ? undefined : {
          silent: true,
          symbol: "none",
          precision: 6,
          lineStyle: { type: "dashed", color: colors.ink2 },
          label: { formatter: `${data.reference_label} ${written(data.reference, data.unit)}`, color: colors.ink2, position: sideways ? "start" : "end",
            align: sideways ? (along > 0.8 ? "right" : along < 0.2 ? "left" : "center") : undefined },
          data: [sideways ? { xAxis: data.reference } : { yAxis: data.reference }],
        },
      }],
    },
  };
}
