// Builds static/dist/ from static/js, static/css and the icons that templates and Python name.
import { build } from "esbuild";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const OUT = "static/dist";
const SOURCES = ["templates", "crm", "leads", "nurture", "activities", "reports", "static/js"];
// {% icon "phone" %} or {% empty_state "phone" … %} in a template; icon="phone", icon: str = "phone" or "icon": "phone" in code.
const ICON_NAMES = /(?:\bicon\b"?(?::\s*str)?\s*[=:]?|\bempty_state\b)\s*["']([a-z][a-z0-9-]*)["']/g;
// The admin's theme has icons of its own, with other names.
const ADMIN = /\/admin(\/|_theme)|\/admin\.py$/;

async function iconNames() {
  const names = new Map();
  for (const root of SOURCES.filter(existsSync)) {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (!entry.isFile() || !/\.(html|py|js)$/.test(path) || ADMIN.test(path)) continue;
      for (const [, name] of (await readFile(path, "utf8")).matchAll(ICON_NAMES)) names.set(name, path);
    }
  }
  for (const name of JSON.parse(await readFile("static/icons.json", "utf8"))) names.set(name, "static/icons.json");
  return names;
}

async function symbol(name) {
  const filled = name.endsWith("-filled");
  const file = filled ? `filled/${name.slice(0, -"-filled".length)}` : `outline/${name}`;
  const svg = await readFile(`node_modules/@tabler/icons/icons/${file}.svg`, "utf8");
  const shapes = svg.replace(/^[\s\S]*?<svg[\s\S]*?>|<\/svg>\s*$|<path stroke="none" d="M0 0h24v24H0z"[^>]*>|\s*\n\s*/g, "");
  const paint = filled ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="2"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint} stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
}

async function sprite() {
  const symbols = [];
  for (const [name, path] of [...(await iconNames())].sort()) {
    try {
      symbols.push(await symbol(name));
    } catch {
      throw new Error(`There is no Tabler icon "${name}", named in ${path}.`);
    }
  }
  await writeFile(join(OUT, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

await mkdir(OUT, { recursive: true });
await build({
  entryPoints: {
    theme: "static/js/theme.js",
    app: "static/js/app.js",
    charts: "static/js/charts.js",
    admin_steps: "static/css/admin_steps.css",
    admin_tables: "static/css/admin_tables.css",
    form: "static/js/form.js",
    proof: "static/js/proof.js",
    "proof-worker": "node_modules/altcha/dist/workers/pbkdf2.js",
  },
  outdir: OUT,
  bundle: true,
  minify: true,
  sourcemap: false,
  loader: { ".woff2": "file" },
  legalComments: "eof",
  target: "es2022",
  logLevel: "warning",
});
await sprite();
if (existsSync("static/img")) await cp("static/img", join(OUT, "img"), { recursive: true });
