import { TimeSeries } from '@grafana/ui';

/** Series over time; annotations are dashed lines, as in Grafana. */
export function TimeSeriesPanel({ panel, frames, annotations, timeRange, theme, width, height }) {
  if (!frames.length) {
    return <div data-empty={panel.title}>No data</div>;
  }
  const legend = panel.options?.legend ?? { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] };
  return (
    <TimeSeries frames={frames} width={width} height={height} timeRange={timeRange} timeZone="utc" legend={legend} options={panel.options ?? {}}>
      {(config) => {
        config.addHook('draw', (plot) => draw(plot, annotations, theme));
        return null;
      }}
    </TimeSeries>
  );
}

function draw(plot, annotations, theme) {
  const { left, top, width, height } = plot.bbox;
  for (const { at, color } of annotations) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    if (x >= left && x <= left + width) {
      plot.ctx.save();
      plot.ctx.strokeStyle = theme.visualization.getColorByName(color);
      plot.ctx.lineWidth = devicePixelRatio;
      plot.ctx.globalAlpha = 0.6;
      plot.ctx.setLineDash([5, 5]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(x, top);
      plot.ctx.lineTo(x, top + height);
      plot.ctx.stroke();
      plot.ctx.restore();
    }
  }
}
