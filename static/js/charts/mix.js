// Above, leads that reached sales, stacked by path; below, how many never qualified for each that did.
import { NAMES, PATHS, tooltip } from "./palette.js";

const PATTERNS = {
  self_qualified: undefined,
  nurtured: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: -Math.PI / 4 },
  researched: { symbol: "circle", dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [6, 0], symbolSize: 0.45 },
  unqualified: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 4], rotation: 0 },
};

// Each group is named: below its bar where there is room, else turned.
function everyName(count, width) {
  const room = (width - 58) / count - 6;
  return room >= 64
    ? { interval: 0, width: room, overflow: "break" }
    : { interval: 0, width: 96, overflow: "truncate", rotate: 60 };
}

export function mix(data, colors, width) {
  const rows = data.rows;
  const timely = data.by === "week" || data.by === "month";
  const axis = (gridIndex, shown) => ({
    type: "category",
    gridIndex,
    data: rows.map((row) => row.label),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.line } },
    axisLabel: { show: shown, color: colors.ink2, ...(timely ? { hideOverlap: true } : everyName(rows.length, width)) },
  });
  const scale = (gridIndex, name) => ({
    type: "value",
    gridIndex,
    name,
    nameLocation: "end",
    nameTextStyle: { color: colors.ink2, align: "left", padding: [0, 0, 0, -30] },
    minInterval: gridIndex === 0 ? 1 : undefined,
    splitNumber: 3,
    axisLabel: { color: colors.ink2 },
    splitLine: { lineStyle: { color: colors.line } },
  });
  const bars = PATHS.map((path) => ({
    name: NAMES[path],
    type: "bar",
    stack: "paths",
    barMaxWidth: 36,
    itemStyle: { color: colors.paths[path], decal: pattern(path, colors) },
    data: rows.map((row) => row[path]),
  }));
  const ratio = {
    name: "Unqualified per qualified",
    type: "line",
    xAxisIndex: 1,
    yAxisIndex: 1,
    connectNulls: false,
    symbol: "circle",
    symbolSize: rows.length > 60 ? 3 : 6,
    lineStyle: { color: colors.accent, width: timely ? 2 : 0 },
    itemStyle: { color: colors.accent },
    data: rows.map((row) => row.unqualified_per_qualified),
  };
  const left = 44;
  const legendRoom = width < 560 ? 52 : 30;
  return {
    height: legendRoom + (timely ? 420 : 500),
    option: {
      aria: { enabled: false },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      legend: { top: 0, left: 0, itemGap: 14, data: PATHS.map((path) => NAMES[path]), textStyle: { color: colors.ink } },
      grid: [
        { left, right: 14, top: legendRoom + 26, height: 190 },
        { left, right: 14, top: legendRoom + 270, height: 110 },
      ],
      tooltip: { ...tooltip(colors), trigger: "axis", formatter: ([first]) => words(rows[first.dataIndex]) },
      xAxis: [axis(0, false), axis(1, true)],
      yAxis: [scale(0, "Leads that reached sales"), scale(1, "Unqualified per qualified")],
      series: [...bars, ratio],
    },
  };
}

function pattern(path, colors) {
  return PATTERNS[path] && { color: colors.surface, ...PATTERNS[path] };
}

function words(row) {
  const ratio = row.unqualified_per_qualified;
  return [
    row.label,
    ...PATHS.map((path) => `${NAMES[path]}: ${row[path]}`),
    `Not yet with sales: ${row.waiting}`,
    `Unqualified per qualified: ${ratio === null ? "none qualified" : ratio.toFixed(1)}`,
  ].join("\n");
}
