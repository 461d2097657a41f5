// Steps over days with their 95 % bands; dashed from the day on which few leads are still watched.
import { MARKS, percent, tooltip } from "./palette.js";

const FEW = 30;

export function curves(data, colors, width) {
  const color = (row, index) => colors.paths[row.key] ?? colors.series[index % colors.series.length];
  const dashedFrom = (row) => {
    const first = row.points.findIndex((point) => point[4] < FEW);
    return first < 0 ? row.points.length : Math.max(first, 1);
  };
  const series = data.rows.flatMap((row, index) => {
    const points = [[Math.min(0, row.points[0][0]), 0, 0, 0, row.n], ...row.points];
    const cut = dashedFrom({ points });
    const style = { color: color(row, index), width: 2 };
    const steps = (part, type) => ({
      name: row.label, type: "line", step: "end", symbol: "none", color: style.color, lineStyle: { ...style, type },
      data: part.map(([day, share]) => [day, share]), z: 3,
    });
    const edge = (place) => ({
      name: row.label, type: "line", step: "end", symbol: "none", silent: true, color: style.color,
      lineStyle: { color: style.color, width: 0.8, type: "dotted", opacity: 0.75 }, tooltip: { show: false },
      data: points.filter((point) => point[place] !== null).map((point) => [point[0], point[place]]),
    });
    const solid = steps(points.slice(0, cut), row.ripe ? "solid" : "dashed");
    const last = points[points.length - 1];
    solid.markPoint = {
      silent: true, symbol: { rect: "rect", diamond: "diamond", triangle: "triangle" }[MARKS[row.key]] ?? "circle",
      symbolSize: 9, itemStyle: { color: style.color }, label: { show: false }, data: [{ coord: [last[0], last[1]] }],
    };
    return [solid, ...(cut < points.length ? [steps(points.slice(cut - 1), "dashed")] : []), edge(2), edge(3)];
  });
  const words = (day) => [
    `Within ${day} days`,
    ...data.rows.map((row) => {
      const reached = row.points.filter((point) => point[0] <= day).pop();
      return `${row.label}: ${reached ? percent(reached[1]) : "none"}${reached && reached[2] !== null ? ` (${percent(reached[2])} to ${percent(reached[3])})` : ""}`;
    }),
  ].join("\n");
  const legendRoom = width < 420 ? 24 * data.rows.length + 6 : width < 560 ? 24 * Math.ceil(data.rows.length / 2) + 6 : 30;
  return {
    height: 340 + legendRoom,
    option: {
      aria: { enabled: false },
      legend: { top: 0, left: 0, itemGap: 14, data: data.rows.map((row) => row.label), textStyle: { color: colors.ink },
        formatter: (name) => `${name} (n = ${data.rows.find((row) => row.label === name).n.toLocaleString("en")})` },
      grid: { left: 8, right: 20, top: legendRoom + 14, bottom: 26, containLabel: true },
      tooltip: { ...tooltip(colors), trigger: "axis", formatter: ([first]) => words(first.axisValue) },
      xAxis: { type: "value", name: "Days since the first inquiry", nameLocation: "middle", nameGap: 26, nameTextStyle: { color: colors.ink2 },
        axisLabel: { color: colors.ink2 }, splitLine: { show: false }, axisLine: { lineStyle: { color: colors.line } } },
      yAxis: { type: "value", axisLabel: { color: colors.ink2, formatter: (value) => `${Number((value * 100).toFixed(1))} %` },
        splitLine: { lineStyle: { color: colors.line } } },
      series,
    },
  };
}
