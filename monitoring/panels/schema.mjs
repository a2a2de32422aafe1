// Dashboards against the types of @grafana/schema: each becomes a constant of a type, and tsc says what does not fit.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const TYPES = path.resolve(import.meta.dirname, 'src/dashboard.ts');

/** @returns lines as {@code File.json: line 12: … }, with the line of the JSON as it is printed with two spaces */
export function schemaErrors(dashboards, directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const files = dashboards.map(({ name, dashboard }) => {
    const file = path.join(directory, `${name}.ts`);
    const types = path.relative(directory, TYPES).replace(/\.ts$/, '');
    // The constant begins on the first line, so that lines are those of the JSON.
    const json = JSON.stringify(dashboard, null, 2);
    writeFileSync(file, `import type { Dashboard } from '${types}'; export const dashboard: Dashboard = ${json};\n`);
    return file;
  });
  const program = ts.createProgram(files, {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    exactOptionalPropertyTypes: false,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line : 0;
    const text = file ? file.text.split('\n')[line].trim() : '';
    const name = file ? path.basename(file.fileName, '.ts') : 'tsc';
    return `${name}.json: line ${line + 1}, ${text}: ${deepest(messageText)}`;
  });
}

/** tsc explains from the whole to the part; the part says what is wrong. */
function deepest(message) {
  if (typeof message === 'string') {
    return message;
  }
  return message.next?.length ? deepest(message.next[message.next.length - 1]) : message.messageText;
}
