// What a dashboard's queries give, asked of a Prometheus as Grafana asks it.

/** Grafana asks for about as many points as a panel has pixels. */
const POINTS = 400;

/** Where a moment and a stretch of time are taken from, with the interpolations that follow from them. */
export function period(seconds, scrapeSeconds, at) {
  const to = Math.floor(at);
  const step = Math.max(Math.ceil(seconds / POINTS), scrapeSeconds);
  return {
    from: to - seconds,
    to,
    step,
    variables: {
      // As Grafana's documentation has it: at least four scrapes.
      $__rate_interval: `${Math.max(step + scrapeSeconds, 4 * scrapeSeconds)}s`,
      $__interval: `${step}s`,
      // Before the name that it begins with.
      $__range_s: String(seconds),
      $__range: `${seconds}s`,
    },
  };
}

/** @returns of each panel, by its id, [{ refId, legend, series: [{ labels, times, values }] }] */
export async function answers(prometheus, dashboard, asked) {
  const found = {};
  for (const panel of dashboard.panels) {
    found[panel.id] = [];
    for (const { refId, expr, legendFormat } of panel.targets ?? []) {
      const series = await queryRange(prometheus, expr, asked);
      found[panel.id].push({ refId, legend: legendFormat, series });
    }
  }
  return found;
}

/** @returns [{ at, color }] of what is annotated */
export async function annotated(prometheus, dashboard, asked) {
  const found = [];
  for (const { enable, expr, iconColor } of dashboard.annotations?.list ?? []) {
    if (enable) {
      for (const { times, values } of await queryRange(prometheus, expr, asked)) {
        // An event lasts as long as a range looks back; it is where it begins.
        times.forEach((at, i) => values[i] > 0 && !(values[i - 1] > 0) && found.push({ at, color: iconColor }));
      }
    }
  }
  return found;
}

async function queryRange(prometheus, expr, { from, to, step, variables }) {
  const all = { ...variables, $instance: '.*' };
  const query = Object.entries(all).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
  const url = new URL('/api/v1/query_range', prometheus);
  url.search = new URLSearchParams({ query, start: from, end: to, step }).toString();
  const answer = await (await fetch(url)).json();
  if (answer.status !== 'success') {
    throw new Error(`Prometheus refuses ${query}: ${answer.error}`);
  }
  return answer.data.result.map(({ metric, values }) => onGrid(metric, values, { from, to, step }));
}

/** A null where there is nothing: a line does not go over a gap. */
function onGrid(labels, values, { from, to, step }) {
  const byTime = new Map(values.map(([at, value]) => [at, Number(value)]));
  const times = [];
  for (let at = from; at <= to; at += step) {
    times.push(at);
  }
  return { labels, times: times.map((at) => at * 1000), values: times.map((at) => byTime.get(at) ?? null) };
}
