// Draws dashboards in a Chromium that reaches nothing but the page.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const HERE = import.meta.dirname;
const PAGE = path.join(HERE, 'target/page');
const ORIGIN = 'http://dashboards.localhost';
const MEDIA = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Longer than this, a figure in a legend or a panel is not read but counted. */
const READABLE = 14;

/** Bundles the page where it is not up to date; the browser is to be closed. */
export async function open(executablePath) {
  const sources = ['package.json', 'vite.config.js', 'index.html', ...readdirSync(path.join(HERE, 'src')).map((file) => `src/${file}`)];
  const changed = Math.max(...sources.map((file) => statSync(path.join(HERE, file)).mtimeMs));
  const bundled = path.join(PAGE, 'index.html');
  if (!existsSync(bundled) || statSync(bundled).mtimeMs < changed) {
    await build({ root: HERE, configFile: path.join(HERE, 'vite.config.js') });
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

/** @returns what went wrong, as sentences */
export async function draw(browser, job, picture) {
  const page = await browser.newPage({ viewport: { width: job.width, height: 1000 } });
  const found = [];
  page.on('pageerror', (error) => found.push(`the page fails: ${String(error).slice(0, 300)}`));
  try {
    await page.route('**', async (route) => {
      const url = new URL(route.request().url());
      if (url.origin !== ORIGIN) {
        return route.abort();
      }
      const file = url.pathname === '/' ? '/index.html' : url.pathname;
      try {
        const body = readFileSync(path.join(PAGE, file));
        await route.fulfill({ body, contentType: MEDIA[path.extname(file)] ?? 'application/octet-stream' });
      } catch {
        // Icons, which Grafana's server has.
        await route.fulfill({ status: 404, body: '' });
      }
    });
    await page.addInitScript((value) => (window.job = value), job);
    await page.goto(ORIGIN);
    const dashboard = page.locator('#dashboard');
    await dashboard.waitFor();
    const plots = job.dashboard.panels.filter(({ type, id }) => type === 'timeseries' && job.results[id].some(({ series }) => series.length));
    await page.waitForFunction((expected) => document.querySelectorAll('.uplot').length >= expected, plots.length, { timeout: 30_000 })
      .catch(() => found.push('some of its plots are never drawn'));
    await page.waitForTimeout(500);
    found.push(...(await page.evaluate(problems, READABLE)));
    await dashboard.screenshot({ path: picture });
    return found;
  } finally {
    await page.close();
  }
}

/** In the page: panels that failed, and figures that nobody can read. */
function problems(readable) {
  const failed = [...document.querySelectorAll('[data-failed]')].map(
    (panel) => `${panel.dataset.failed}: it cannot be drawn: ${panel.textContent}`,
  );
  const digits = /\d[\d.,]{7,}/;
  const long = [...document.querySelectorAll('[data-panel]')].flatMap((panel) =>
    [...panel.querySelectorAll('td, span, div')]
      .filter((element) => !element.children.length)
      .map((element) => element.textContent)
      .filter((text) => digits.test(text) && text.length > readable)
      .map((text) => `${panel.dataset.panel}: the figure ${text} is too long to be read`),
  );
  return [...failed, ...new Set(long)];
}
