// Mistakes made on purpose, to see that the check finds them.

/** @returns [{ what, dashboard, expected }] with the sentence that each must lead to */
export function planted(dashboard) {
  const mistake = (what, expected, change) => {
    const changed = structuredClone(dashboard);
    const panel = changed.panels.find(({ type }) => type === 'timeseries');
    // Of its own, so that no finding of the dashboard as it is looks like this one's.
    panel.title = `Planted: ${what}`;
    change(panel, changed);
    return { what, dashboard: changed, expected };
  };
  const target = (panel, expr) => (panel.targets = [{ ...panel.targets[0], expr }]);
  return [
    mistake('an empty panel', /it is empty/, (panel) => target(panel, 'stillstream_no_such_meter')),
    mistake('a schema error in the dashboard', /graphTooltip/, (_, whole) => (whole.graphTooltip = 7)),
    mistake('a schema error in a panel', /gridPoz/, (panel) => (panel.gridPoz = panel.gridPos)),
    mistake('a schema error in an option', /displayMode/, (panel) => (panel.options.legend.displayMode = 'tabel')),
    mistake('a missing unit', /no unit/, (panel) => delete panel.fieldConfig.defaults.unit),
    mistake('a missing title', /no title/, (panel) => (panel.title = '')),
    mistake('a missing description', /no description/, (panel) => delete panel.description),
    mistake('a raw counter', /raw counter/, (panel) => target(panel, 'stillstream_scored_tokens_total')),
    mistake('a fixed interval', /fixed interval/, (panel) => target(panel, 'rate(stillstream_scored_tokens_total[5m])')),
    mistake('sixteen digits', /too long to be read/, (panel) => {
      target(panel, 'vector(1) / 3 + 0 * vector(time())');
      panel.options.legend = { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull'] };
      Object.assign(panel.fieldConfig.defaults, { unit: 'sci' });
      delete panel.fieldConfig.defaults.decimals;
    }),
  ];
}
