// Series of Prometheus in, data frames out, with the panel's field configuration as Grafana would have applied it.
import { createDataFrame, FieldType, getDisplayProcessor, getMinMaxAndDelta, validateFieldConfig } from '@grafana/data';

/** @param results of each target: { legend, series: [{ labels, times, values }] } */
export function frames(panel, results, theme) {
  const made = [];
  for (const { refId, legend, series } of results) {
    for (const one of series) {
      const name = title(legend, one.labels);
      const config = { ...configured(panel.fieldConfig, name, refId), displayNameFromDS: name };
      validateFieldConfig(config);
      const frame = createDataFrame({
        refId,
        fields: [
          { name: 'Time', type: FieldType.time, config: {}, values: one.times },
          { name: 'Value', type: FieldType.number, config, values: one.values },
        ],
      });
      for (const field of frame.fields) {
        field.state = { ...field.state, seriesIndex: made.length, displayName: field.type === FieldType.time ? 'Time' : name };
        // Sparklines begin and end where their series do.
        field.state.range = getMinMaxAndDelta(field);
        field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
      }
      made.push(frame);
    }
  }
  return made;
}

function title(legend, labels) {
  if (legend) {
    return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');
  }
  const pairs = Object.entries(labels).filter(([label]) => label !== '__name__');
  return pairs.length ? `{${pairs.map(([label, value]) => `${label}="${value}"`).join(', ')}}` : 'Value';
}

function configured({ defaults = {}, overrides = [] } = {}, name, refId) {
  const config = structuredClone(defaults);
  for (const { matcher, properties } of overrides) {
    const matches =
      (matcher.id === 'byName' && matcher.options === name) ||
      (matcher.id === 'byRegexp' && new RegExp(matcher.options.replace(/^\/|\/$/g, '')).test(name)) ||
      (matcher.id === 'byFrameRefID' && matcher.options === refId);
    if (matches) {
      properties.forEach(({ id, value }) => put(config, id.split('.'), value));
    }
  }
  // JSON has no infinity: the first threshold begins there.
  config.thresholds?.steps.forEach((step) => (step.value ??= -Infinity));
  return config;
}

function put(target, [first, ...rest], value) {
  if (rest.length) {
    put((target[first] ??= {}), rest, value);
  } else {
    target[first] = value;
  }
}
