// @grafana/ui has no state timeline: it is part of Grafana's server. Rows and widths are drawn here; texts and colours are those of
// the panel's value mappings, by Grafana's display processor.
const NAMES = 110;
const ROW = 34;

export function StateTimeline({ panel, frames, timeRange, theme, width }) {
  const from = timeRange.from.valueOf();
  const scale = (width - NAMES) / (timeRange.to.valueOf() - from);
  const text = { color: theme.colors.text.primary, font: '12px sans-serif', whiteSpace: 'nowrap', overflow: 'hidden' };
  if (!frames.length) {
    return <div data-empty={panel.title}>No data</div>;
  }
  return (
    <div style={{ position: 'relative' }}>
      {frames.map((frame, row) => {
        const [time, field] = frame.fields;
        return (
          <div key={row} style={{ position: 'relative', height: ROW }}>
            <span style={{ ...text, position: 'absolute', top: 8, width: NAMES }}>{field.state.displayName}</span>
            {runs(time.values, field.values, timeRange.to.valueOf()).map(({ value, begin, end }) => {
              const state = field.display(value);
              const place = { left: NAMES + (begin - from) * scale, width: Math.max(1, (end - begin) * scale - 1) };
              return (
                <span key={begin} title={state.text} style={{ ...text, ...place, position: 'absolute', top: 2, height: ROW - 6, lineHeight: `${ROW - 6}px`, textIndent: 6, color: theme.colors.getContrastText(state.color), background: state.color }}>
                  {state.text}
                </span>
              );
            })}
          </div>
        );
      })}
    </div>
  );
}

/** Equal values that follow each other are one. */
function runs(times, values, end) {
  const found = [];
  times.forEach((at, i) => {
    const last = found[found.length - 1];
    if (last && last.value === values[i]) {
      last.end = at;
    } else if (values[i] !== null && !Number.isNaN(values[i])) {
      if (last) {
        last.end = at;
      }
      found.push({ value: values[i], begin: at, end: at });
    }
  });
  if (found.length) {
    found[found.length - 1].end = Math.min(end, Math.max(found[found.length - 1].end, times[times.length - 1]));
  }
  return found;
}
