// Draws one dashboard with the components that Grafana draws it with. What to draw is in window.job, see ../render.mjs.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { createTheme, dateTime, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { frames } from './frames.js';
import { StatPanel } from './stat.jsx';
import { StateTimeline } from './timeline.jsx';
import { TimeSeriesPanel } from './timeseries.jsx';

// Grafana's grid: 24 columns, rows of 30 pixels and gaps of 8.
const COLUMNS = 24;
const ROW = 38;
const GAP = 8;

const { dashboard, results, annotations, range, theme: mode, width } = window.job;
const theme = createTheme({ colors: { mode } });
const timeRange = { from: dateTime(range.from), to: dateTime(range.to), raw: { from: 'now', to: 'now' } };

const KINDS = { timeseries: TimeSeriesPanel, stat: StatPanel, 'state-timeline': StateTimeline };

/** A panel that throws shows what it threw, and the check finds it. */
class Boundary extends React.Component {
  state = {};

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    return this.state.error ? (
      <pre data-failed={this.props.title} style={{ color: 'red' }}>{String(this.state.error)}</pre>
    ) : (
      this.props.children
    );
  }
}

function Panel({ panel, width, height }) {
  const Kind = KINDS[panel.type];
  if (!Kind) {
    throw new Error(`no component draws a ${panel.type}`);
  }
  return (
    <PanelChrome title={panel.title} description={panel.description} width={width} height={height}>
      {(innerWidth, innerHeight) => (
        <Kind
          panel={panel}
          frames={frames(panel, results[panel.id] ?? [], theme)}
          annotations={annotations}
          timeRange={timeRange}
          theme={theme}
          width={innerWidth}
          height={innerHeight}
        />
      )}
    </PanelChrome>
  );
}

function Dashboard() {
  const unit = width / COLUMNS;
  const bottom = Math.max(...dashboard.panels.map((panel) => panel.gridPos.y + panel.gridPos.h));
  const style = { position: 'relative', width, height: bottom * ROW, background: theme.colors.background.canvas };
  return (
    <div id="dashboard" style={style}>
      {dashboard.panels.map((panel) => {
        const { x, y, w, h } = panel.gridPos;
        const size = { width: w * unit - GAP, height: h * ROW - GAP };
        const place = { position: 'absolute', left: x * unit + GAP / 2, top: y * ROW + GAP / 2, ...size };
        const heading = { ...place, color: theme.colors.text.primary, font: '500 16px sans-serif', lineHeight: '30px' };
        return panel.type === 'row' ? (
          <div key={panel.id} style={heading}>{panel.title}</div>
        ) : (
          <div key={panel.id} style={place} data-panel={panel.title}>
            <Boundary title={panel.title}><Panel panel={panel} {...size} /></Boundary>
          </div>
        );
      })}
    </div>
  );
}

createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <Dashboard />
  </ThemeContext.Provider>
);
