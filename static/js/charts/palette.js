// The colours of static/css/tokens.css as the canvas needs them: resolved for the appearance that is on now.
export const PATHS = ["self_qualified", "nurtured", "researched", "unqualified"];
// Told apart without colour: a mark for each path, and a pattern for its bars.
export const MARKS = { self_qualified: "circle", nurtured: "diamond", researched: "triangle", unqualified: "rect" };
export const NAMES = {
  self_qualified: "Self-qualified", nurtured: "Nurtured", researched: "Researched", unqualified: "Unqualified",
};

export function palette(element) {
  const probe = document.createElement("span");
  element.append(probe);
  const color = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: color("ink"), ink2: color("ink-2"), line: color("line"), surface: color("surface"), accent: color("accent"),
    paths: Object.fromEntries(PATHS.map((path) => [path, color(`path-${path}`)])),
    series: SERIES.map(color),
    font: getComputedStyle(element).fontFamily,
  };
  probe.remove();
  return found;
}

export function tooltip(colors) {
  return {
    renderMode: "richText", // HTML tooltips carry inline styles, which the Content-Security-Policy refuses
    confine: true,
    backgroundColor: colors.surface,
    borderColor: colors.line,
    textStyle: { color: colors.ink, fontFamily: colors.font, fontSize: 12 },
  };
}

export const percent = (fraction) => `${(fraction * 100).toFixed(1)} %`;

// A figure with its unit; on an axis as short as it goes.
export function written(value, unit, short = false) {
  const sign = (text) => (value > 0 ? `+${text}` : text);
  const hundred = short ? String(Number((value * 100).toFixed(2))) : (value * 100).toFixed(1);
  if (unit === "share") return `${hundred} %`;
  if (unit === "points") return sign(hundred);
  if (unit === "days") return short ? `${value} d` : `${Number(value.toFixed(1))} days`;
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

// Series that are no paths: told apart by color and by dash.
export const SERIES = ["accent", "path-self_qualified", "path-nurtured", "path-researched", "bad", "ink-2"];
