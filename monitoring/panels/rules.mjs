// What a dashboard's JSON must be like for a person to read the dashboard. No Prometheus and no browser is needed for this.

const COUNTER = /\b[a-zA-Z_:][\w:]*(?:_total|_count|_sum|_bucket)\b(?:\{[^}]*\})?(\[[^\]]*\])?/g;
const RANGE = /\[([^\]]*)\]/g;
const MOVING = /^\$__(rate_interval|range|interval)$/;

/** Sentences about what is wrong with a dashboard. */
export function findings(dashboard) {
  return dashboard.panels
    .filter((panel) => panel.type !== 'row')
    .flatMap((panel) => ofPanel(panel).map((finding) => `${dashboard.title} / ${panel.title || `panel ${panel.id}`}: ${finding}`));
}

function ofPanel(panel) {
  const found = [];
  const defaults = panel.fieldConfig?.defaults ?? {};
  if (!panel.title) {
    found.push('it has no title');
  }
  if (!panel.description) {
    found.push('it has no description');
  }
  // Values that are mapped to words have no unit.
  if (!defaults.unit && !defaults.mappings?.length) {
    found.push('its values have no unit');
  }
  for (const { refId, expr } of panel.targets ?? []) {
    for (const [counter, range] of expr.matchAll(COUNTER)) {
      if (!range) {
        found.push(`query ${refId} shows the raw counter ${counter}; expected its rate or increase`);
      }
    }
    for (const [, range] of expr.matchAll(RANGE)) {
      if (!MOVING.test(range)) {
        found.push(`query ${refId} has the fixed interval [${range}]; expected [$__rate_interval] or [$__range]`);
      }
    }
  }
  return found;
}
