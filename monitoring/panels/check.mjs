// Draws every dashboard from a Prometheus and checks it: node check.mjs --prometheus http://127.0.0.1:9090 --out DIR
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { annotated, answers, period } from './prometheus.mjs';
import { draw, open } from './render.mjs';
import { findings } from './rules.mjs';
import { schemaErrors } from './schema.mjs';
import { planted } from './planted.mjs';

const HERE = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
    dashboards: { type: 'string', default: path.resolve(HERE, '../grafana/dashboards') },
    out: { type: 'string', default: path.resolve(HERE, 'target/pictures') },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    seconds: { type: 'string', default: '600' },
    'scrape-seconds': { type: 'string', default: '5' },
    // A moment that is over, in seconds since 1970; now without it.
    at: { type: 'string' },
    theme: { type: 'string', default: 'dark' },
    width: { type: 'string', default: '1600' },
    'self-test': { type: 'boolean', default: false },
  },
});

/** Panels that a demo may leave empty, each with the reason. */
const MAY_BE_EMPTY = JSON.parse(readFileSync(path.join(HERE, 'may-be-empty.json'), 'utf8'));

/** Everything that is wrong with these dashboards, as sentences. */
async function check(dashboards, browser, pictures) {
  const found = dashboards.flatMap(({ dashboard }) => findings(dashboard));
  found.push(...schemaErrors(dashboards, path.join(HERE, 'target/schema')));
  for (const { name, dashboard } of dashboards) {
    const asked = period(Number(options.seconds), Number(options['scrape-seconds']), options.at ? Number(options.at) : Date.now() / 1000);
    const results = await answers(options.prometheus, dashboard, asked);
    found.push(...empty(dashboard, results));
    const job = {
      dashboard,
      results,
      annotations: await annotated(options.prometheus, dashboard, asked),
      range: { from: asked.from * 1000, to: asked.to * 1000 },
      theme: options.theme,
      width: Number(options.width),
    };
    const drawn = await draw(browser, job, path.join(pictures, `${name}.png`));
    found.push(...drawn.map((finding) => `${dashboard.title} / ${finding}`));
  }
  return found;
}

function empty(dashboard, results) {
  return dashboard.panels
    .filter((panel) => panel.type !== 'row')
    .filter((panel) => !results[panel.id].some(({ series }) => series.some(({ values }) => values.some(Number.isFinite))))
    .map((panel) => `${dashboard.title} / ${panel.title}`)
    .filter((panel) => !(panel in MAY_BE_EMPTY))
    .map((panel) => `${panel}: it is empty`);
}

function read() {
  return readdirSync(options.dashboards)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: path.basename(file, '.json'), dashboard: JSON.parse(readFileSync(path.join(options.dashboards, file), 'utf8')) }));
}

const dashboards = read();
mkdirSync(options.out, { recursive: true });
const browser = await open(options.chromium);
let failed = false;
try {
  const found = await check(dashboards, browser, options.out);
  found.forEach((finding) => console.log(finding));
  const panels = dashboards.flatMap(({ dashboard }) => dashboard.panels).filter(({ type }) => type !== 'row').length;
  console.log(`${dashboards.length} dashboards, ${panels} panels, ${found.length} findings; pictures in ${options.out}`);
  failed = found.length > 0;
  if (options['self-test']) {
    // A check that finds nothing in what is wrong on purpose is no check.
    for (const { what, dashboard, expected } of planted(dashboards[0].dashboard)) {
      const told = await check([{ name: 'planted', dashboard }], browser, path.join(HERE, 'target'));
      const hit = told.find((finding) => expected.test(finding) && !found.includes(finding));
      console.log(hit ? `planted ${what}, found: ${hit}` : `planted ${what} was NOT found`);
      failed ||= !hit;
    }
  }
} finally {
  await browser.close();
}
process.exitCode = failed ? 1 : 0;
