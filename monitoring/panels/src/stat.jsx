import { BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode } from '@grafana/ui';

/** The last value of each series, with the series behind it. */
export function StatPanel({ panel, frames, timeRange, theme, width, height }) {
  const options = panel.options ?? {};
  const empty = { text: panel.fieldConfig?.defaults?.noValue ?? 'No data', numeric: NaN };
  const values = frames.map((frame) => {
    const field = frame.fields[1];
    const last = field.values.findLast((value) => value !== null && !Number.isNaN(value));
    const display = last === undefined ? { ...field.display(null), ...empty } : field.display(last);
    return { frame, field, display: { ...display, title: frames.length > 1 ? field.state.displayName : undefined } };
  });
  const shown = values.length ? values : [{ display: { ...empty, color: theme.colors.text.primary } }];
  return (
    <div style={{ display: 'flex' }}>
      {shown.map(({ frame, field, display }, i) => (
        <BigValue
          key={i}
          theme={theme}
          width={Math.floor(width / shown.length)}
          height={height}
          value={display}
          count={shown.length}
          text={options.text}
          colorMode={options.colorMode ?? BigValueColorMode.Value}
          graphMode={options.graphMode ?? BigValueGraphMode.None}
          textMode={options.textMode ?? BigValueTextMode.Auto}
          justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
          sparkline={field && options.graphMode === BigValueGraphMode.Area ? { y: field, x: frame.fields[0], timeRange } : undefined}
        />
      ))}
    </div>
  );
}
