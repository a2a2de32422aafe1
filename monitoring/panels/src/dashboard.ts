// A dashboard's file as @grafana/schema has it, with enums as the JSON writes them, and with each panel's own options.
import type {
  AnnotationQuery,
  Dashboard as Schema,
  FieldConfig,
  GraphFieldConfig,
  Panel as SchemaPanel,
  RowPanel,
  VariableModel,
} from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type {
  FieldConfig as TimelineFieldConfig,
  Options as TimelineOptions,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** An enum's values as text or numbers, and everything else as it is. */
type Json<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

/** What a data source of Prometheus asks. */
interface Query {
  refId: string;
  datasource: { type: 'prometheus'; uid: string };
  expr: string;
  legendFormat?: string;
  range?: boolean;
  instant?: boolean;
}

type Override = { matcher: { id: string; options?: unknown }; properties: { id: string; value?: unknown }[] };

type Panel<Type extends string, Options, Custom> = Json<Omit<SchemaPanel, 'type' | 'options' | 'targets' | 'fieldConfig'>> & {
  type: Type;
  id: number;
  gridPos: { x: number; y: number; w: number; h: number };
  options: Json<Options>;
  targets: Query[];
  fieldConfig: { defaults: Json<FieldConfig<Custom>>; overrides: Override[] };
};

type Row = Json<Omit<RowPanel, 'panels' | 'type'>> & { type: 'row'; panels: [] };

export type Dashboard = Json<Omit<Schema, 'panels' | 'templating' | 'annotations'>> & {
  panels: (
    | Panel<'timeseries', TimeSeriesOptions, GraphFieldConfig>
    | Panel<'stat', StatOptions, Record<string, never>>
    | Panel<'state-timeline', TimelineOptions, TimelineFieldConfig>
    | Row
  )[];
  templating: { list: (Json<VariableModel> & { definition?: string })[] };
  annotations: { list: (Json<AnnotationQuery> & { expr: string; titleFormat?: string; textFormat?: string })[] };
};
