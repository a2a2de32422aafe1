// Looks at a console in Chromium. The first argument says at which, the rest what it needs:
//
//   live URL OUT         pictures at three moments, axe, weight, first paint
//   moment URL OUT NAME  waits for a moment of the demo (training, canary, rewound) and takes pictures
//   clicks URL OUT       from start to promoted, what a rewind would do, and rolled back
//   synthetic URL OUT    hostile texts are inert; then eight hours go by and the tab's memory stays flat

import {createRequire} from "node:module";
import {readFileSync} from "node:fs";
import {chromium} from "playwright-core";

/** In milliseconds: a busy machine takes its time, and says so in the figures. */
const PATIENCE = 120_000;
const [mode, url, out, name] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--enable-precise-memory-info"], timeout: PATIENCE});
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const LARGEST_PAGE = 150_000;
const LATEST_PAINT = 1000;
const SIZES = {desktop: [1280, 900], phone: [390, 844]};
let failures = 0;

function check(passed, what) {
  console.log((passed ? "ok    " : "FAIL  ") + what);
  if (!passed) failures++;
}

async function open(size, scheme, bypass = false) {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({viewport: {width, height}, colorScheme: scheme, bypassCSP: bypass});
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(url, {waitUntil: "load"});
  await page.waitForFunction(() => document.getElementById("live").className === "on");
  await page.waitForTimeout(1500);
  const bytes = () => page.evaluate(() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((entry) => !/events$|answers$/.test(entry.name)).reduce((sum, entry) => sum + entry.encodedBodySize, 0));
  return {page, problems, bytes, close: () => context.close()};
}

/** The policy keeps axe's script out as any other: it runs in a page that does without. */
async function accessible(size, scheme) {
  const {page, close} = await open(size, scheme, true);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, {resultTypes: ["violations"]}));
  const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
  check(serious.length === 0, `axe, ${size}, ${scheme}: ${found.passes.length} rules pass, ${found.violations.length} findings, serious ${serious.length}`);
  for (const violation of found.violations) console.log(`        ${violation.impact} ${violation.id}: ${violation.nodes.map((n) => n.target).slice(0, 3).join("; ")}`);
  await close();
}

async function picture(size, scheme, name) {
  const {page, problems, bytes, close} = await open(size, scheme);
  await page.screenshot({path: `${out}/${name}-${size}-${scheme}.png`, fullPage: true});
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name}, ${size}, ${scheme}: nothing is wider than the screen (${wide} px)`);
  check(problems.length === 0, `${name}, ${size}, ${scheme}: no error on the page ${problems.slice(0, 2).join(" | ")}`);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const weight = await bytes();
  await close();
  return {paint, weight};
}

/** @param timed whether the machine is quiet enough to say how soon something is painted */
async function pictures(name, timed = true) {
  for (const size of Object.keys(SIZES)) {
    for (const scheme of ["light", "dark"]) {
      const {paint, weight} = await picture(size, scheme, name);
      check(weight > 50_000 && weight <= LARGEST_PAGE, `${name}, ${size}, ${scheme}: the page has ${weight} bytes of ${LARGEST_PAGE}`);
      if (timed) check(paint <= LATEST_PAINT, `${name}, ${size}, ${scheme}: first paint after ${Math.round(paint)} ms`);
    }
  }
}

const state = async () => (await fetch(new URL("/console/state", url))).json();

async function until(condition, what, seconds = 300) {
  for (let i = 0; i < seconds * 2; i++) {
    const now = await state().catch(() => null);
    if (now && condition(now)) return now;
    await new Promise((done) => setTimeout(done, 500));
  }
  check(false, `${what} within ${seconds} s`);
  return state();
}

/** What the demo comes to by itself. */
const MOMENTS = {
  training: [(s) => s.stages.trainer.step > 10, "ten steps"],
  canary: [(s) => s.rollout?.candidate && s.rollout.kind === "share", "a candidate that serves"],
  rewound: [(s) => /training goes on/.test(s.rollout?.rewound ?? ""), "training that was taken back"],
};

async function moment() {
  await until(...MOMENTS[name], 480);
  await pictures(name, false);
}

async function live() {
  await until((s) => s.stages.trainer.step > 3, "the first steps");
  await pictures("1-begun");
  await until((s) => s.snapshots.length > 0, "the first snapshot");
  await pictures("2-snapshot");
  for (const size of Object.keys(SIZES)) for (const scheme of ["light", "dark"]) await accessible(size, scheme);
}

async function clicks() {
  const {page, problems, close} = await open("desktop", "light");
  const snapshots = (await until((s) => s.snapshots.length > 0 && s.rollout.controller, "a snapshot and a controller")).snapshots;
  const id = snapshots[0].id;
  const decided = (verb) => page.locator("#command-status", {hasText: new RegExp(`^${verb}: decision`)}).waitFor({timeout: 60_000});
  await page.locator(`button[data-key="start ${id}"]`).click();
  await decided("start");
  check((await state()).rollout.candidate === id, `started ${id} by a click`);
  await page.locator("#reason").fill("better on the held-out set");
  await page.locator('button[data-key="promote"]').click();
  await decided("promote");
  await page.locator('button[data-key="full"]').click();
  await page.locator("#rollout-state dd.id", {hasText: id}).waitFor({timeout: 60_000});
  const champion = await until((s) => s.rollout.champion === id, "a champion", 60);
  check(champion.rollout.champion === id, `promoted ${id} by clicks`);
  await page.waitForTimeout(1500);
  await page.screenshot({path: `${out}/3-promoted-desktop-light.png`, fullPage: true});
  await rewindPreviewed(page);
  await page.locator('button[data-key="rollback"]').focus();
  await page.keyboard.press("Enter");
  await page.locator("#confirm-yes").waitFor();
  await page.screenshot({path: `${out}/3-confirm-desktop-light.png`});
  await page.locator("#confirm-yes").focus();
  await page.keyboard.press("Enter");
  await decided("rollback");
  const back = await until((s) => s.rollout.champion === "", "no champion", 60);
  check(back.rollout.champion === "" && back.rollout.rejected >= 1, `rolled back ${id} with the keyboard`);
  check(problems.length === 0, `no error on the page ${problems.join(" | ")}`);
  await close();
  await pictures("3-rolled-back");
}

/** Looks at what taking training back would do, and leaves it at that; then offsets that are none, and a tenant that is not there. */
async function rewindPreviewed(page) {
  const preview = (text) => page.locator("#rewind-preview", {hasText: text}).waitFor({timeout: 60_000});
  await page.locator('button[data-key="rewind"]').click();
  await page.locator("#rewind-look").click();
  await preview(/would go back to .*steps would be abandoned.*passed over from then on/s);
  check(await page.locator("#rewind-yes").isEnabled(), `a dry run says: ${(await page.locator("#rewind-preview").innerText()).split("\n").slice(1).join("; ").slice(0, 160)}`);
  await page.screenshot({path: `${out}/3-rewind-desktop-light.png`});
  await page.locator("#rewind-range").fill("99:1-2");
  check(await page.locator("#rewind-yes").isDisabled(), "another choice has to be looked at first");
  await page.locator("#rewind-look").click();
  await preview(/partition 99/);
  check(await page.locator("#rewind-yes").isDisabled(), "what the trainer would refuse cannot be asked for");
  await page.locator("#rewind-tenant").fill("nobody");
  await page.locator("#rewind-look").click();
  await preview(/passed over from then on: .*nobody.*; of what was read so far, nothing/);
  await page.keyboard.press("Escape");
  check(await page.locator("#rewind").isHidden(), "Escape leaves everything as it was");
}

async function synthetic() {
  for (const size of Object.keys(SIZES)) {
    const {page, problems, close} = await open(size, "light");
    await page.locator(".prompt summary").first().waitFor();
    await page.screenshot({path: `${out}/hostile-${size}-light.png`, fullPage: true});
    const found = await page.evaluate(() => ({
      hacked: window.hacked, scripts: document.scripts.length, images: document.images.length,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      high: Math.max(...[...document.querySelectorAll("section")].map((s) => s.clientHeight)),
      shown: document.body.textContent.includes("<script>window.hacked=1</script>"),
    }));
    check(found.shown && !found.hacked && found.scripts === 2 && found.images === 0, `${size}: markup in every text is text`);
    check(found.wide <= 0 && found.high < 2500, `${size}: a word of 10,000 characters breaks nothing (${found.wide} px too wide, the highest section ${found.high} px)`);
    check(problems.length === 0, `${size}: no error on the page ${problems.slice(0, 2).join(" | ")}`);
    await close();
  }
  const {page, problems, close} = await open("desktop", "light");
  const tools = await page.context().newCDPSession(page);
  await tools.send("Performance.enable");
  const measure = async () => {
    await tools.send("HeapProfiler.collectGarbage");
    await tools.send("HeapProfiler.collectGarbage");
    const {metrics} = await tools.send("Performance.getMetrics");
    const of = (name) => metrics.find((m) => m.name === name).value;
    return {heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners")};
  };
  console.log("GO");
  const hours = [];
  for (let hour = 1; hour <= 8; hour++) {
    await until((s) => (s.stages.at - s.stages.started) / 3_600_000 >= hour, `hour ${hour}`, 600);
    hours.push(await measure());
    const now = hours[hours.length - 1];
    console.log(`hour ${hour}: ${(now.heap / 1e6).toFixed(2)} MB of heap in the tab, ${now.nodes} nodes, ${now.listeners} listeners`);
  }
  const heap = hours.map((h) => h.heap);
  const late = Math.max(...heap.slice(4));
  const early = Math.max(...heap.slice(0, 4));
  check(late <= 1.15 * early, `the tab's heap stays flat: at most ${(early / 1e6).toFixed(2)} MB in hours 1 to 4, ${(late / 1e6).toFixed(2)} MB in hours 5 to 8`);
  check(hours[7].nodes <= 1.15 * hours[1].nodes + 200, "so do its nodes");
  check(problems.length === 0, `no error in eight hours ${problems.slice(0, 2).join(" | ")}`);
  await page.screenshot({path: `${out}/8-hours-desktop-light.png`, fullPage: true});
  await close();
}

await {live, moment, clicks, synthetic}[mode]();
await browser.close();
console.log(failures === 0 ? "all is well" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
