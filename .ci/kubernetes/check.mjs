// Checks the objects of a file, and then that each planted mistake is found. Argument: what kustomize built.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { parseAllDocuments } from "yaml";
import { planted } from "./planted.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const objects = parseAllDocuments(readFileSync(process.argv[2], "utf8")).map((document) => document.toJSON());
const name = (object) => `${object.kind} ${object.metadata?.name}`;

/** The package and module that describe an object. */
function module(object) {
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
  return group === "monitoring.coreos.com"
    ? `@kubernetes-models/prometheus-operator/${group}/${version}`
    : `kubernetes-models/${group ? group + "/" : ""}${version}`;
}

/** Values: types, formats, what is required, what is one of several. */
async function schemas(all) {
  const found = [];
  for (const object of all) {
    const Model = (await import(module(object)).catch(() => ({})))[object.kind];
    if (!Model) {
      found.push(`${name(object)}: no published schema of ${object.apiVersion}`);
      continue;
    }
    try {
      new Model(object).validate();
    } catch (problem) {
      found.push(`${name(object)}: ${problem.message.split("\n")[0]}`);
    }
  }
  return found;
}

/** Fields that the published types do not have, which a cluster would refuse or drop. */
function fields(all) {
  const file = join(here, "node_modules", `objects-${process.pid}.ts`);
  writeFileSync(
    file,
    all
      .map((object, i) => `import type { I${object.kind} as T${i} } from "${module(object)}";\nexport const o${i}: T${i} = ${JSON.stringify(object)};\n`)
      .join(""),
  );
  try {
    const program = ts.createProgram([file], {
      noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, types: [],
      module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    });
    return ts.getPreEmitDiagnostics(program).map((problem) => {
      const line = problem.file?.getLineAndCharacterOfPosition(problem.start ?? 0).line ?? 0;
      return `${name(all[Math.floor(line / 2)])}: ${ts.flattenDiagnosticMessageText(problem.messageText, " ").slice(0, 300)}`;
    });
  } finally {
    rmSync(file);
  }
}

const workloads = (all) => all.filter((object) => object.spec?.template);
const matches = (selector, labels) => selector !== undefined && Object.entries(selector).every(([key, value]) => labels?.[key] === value);

/** What no schema sees: names that one object has of another, and what every pod here promises. */
function references(all) {
  const found = [];
  const claim = (holds, object, text) => holds || found.push(`${name(object)}: ${text}`);
  const named = (kind) => new Set(all.filter((object) => object.kind === kind).map((object) => object.metadata.name));
  const pods = (selector) => workloads(all).filter((object) => matches(selector, object.spec.template.metadata.labels));
  for (const object of workloads(all)) {
    const pod = object.spec.template.spec;
    claim(matches(object.spec.selector?.matchLabels, object.spec.template.metadata.labels), object, "its selector does not select its pods");
    if (object.kind === "StatefulSet") {
      claim(named("Service").has(object.spec.serviceName), object, `there is no Service ${object.spec.serviceName}`);
    }
    const volumes = [...(pod.volumes ?? []), ...(object.spec.volumeClaimTemplates ?? []).map((one) => one.metadata)].map((one) => one.name);
    for (const volume of pod.volumes ?? []) {
      const wanted = volume.persistentVolumeClaim?.claimName;
      claim(!wanted || named("PersistentVolumeClaim").has(wanted), object, `there is no PersistentVolumeClaim ${wanted}`);
    }
    claim(pod.securityContext?.runAsNonRoot === true, object, "may run as root");
    claim(pod.enableServiceLinks === false, object, "gets a variable STILLSTREAM_… for each Service");
    for (const container of pod.containers) {
      const ports = (container.ports ?? []).map((port) => port.name);
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
        claim(container[probe]?.httpGet, object, `has no ${probe}`);
        claim(ports.includes(container[probe]?.httpGet?.port), object, `${probe} asks a port that it does not have`);
      }
      for (const mount of container.volumeMounts) {
        claim(volumes.includes(mount.name), object, `mounts ${mount.name}, which is no volume of it`);
      }
      for (const source of container.envFrom ?? []) {
        claim(named("ConfigMap").has(source.configMapRef?.name), object, `there is no ConfigMap ${source.configMapRef?.name}`);
      }
      const security = container.securityContext ?? {};
      claim(security.readOnlyRootFilesystem === true, object, "may write to its root file system");
      claim(security.allowPrivilegeEscalation === false, object, "may gain privileges");
      claim(security.capabilities?.drop?.includes("ALL"), object, "keeps capabilities");
      claim(container.resources?.limits?.memory, object, "has no limit of memory");
    }
  }
  for (const object of all) {
    // The schemas have those too that newer clusters have dropped.
    claim(!/alpha|beta/.test(object.apiVersion), object, `${object.apiVersion} is no stable API`);
    const selector = { Service: object.spec?.selector, PodDisruptionBudget: object.spec?.selector?.matchLabels }[object.kind];
    claim(!selector || pods(selector).length > 0, object, "selects no pod");
    for (const port of object.kind === "Service" ? object.spec.ports : []) {
      const target = port.targetPort ?? port.name;
      claim(
        pods(selector).every((one) => one.spec.template.spec.containers[0].ports.some((had) => had.name === target)),
        object, `not all of its pods have a port ${target}`,
      );
    }
    if (object.kind === "ServiceMonitor") {
      const services = all.filter((one) => one.kind === "Service" && matches(object.spec.selector.matchLabels, one.metadata.labels));
      claim(services.length > 0, object, "selects no Service");
      for (const endpoint of object.spec.endpoints) {
        claim(services.every((one) => one.spec.ports.some((port) => port.name === endpoint.port)), object, `no Service has a port ${endpoint.port}`);
      }
    }
  }
  return found;
}

/** Each stage's settings, as its own configuration reads them. */
function settings(all) {
  const found = [];
  const maps = Object.fromEntries(all.filter((object) => object.kind === "ConfigMap").map((object) => [object.metadata.name, object.data]));
  const seen = new Map();
  for (const object of workloads(all)) {
    const container = object.spec.template.spec.containers[0];
    const environment = {};
    for (const source of container.envFrom ?? []) Object.assign(environment, maps[source.configMapRef?.name]);
    // Of a secret only the name is known; its value is one that passes.
    for (const variable of container.env ?? []) environment[variable.name] = variable.value ?? "a-token-of-some-length";
    // Files of the pod are not here: the configuration's check of a certificate is left to the start.
    delete environment.STILLSTREAM_PROXY_TLS_CERTIFICATE;
    delete environment.STILLSTREAM_PROXY_TLS_KEY;
    if (environment.STILLSTREAM_PROXY_HOST) environment.STILLSTREAM_PROXY_HOST = "127.0.0.1";
    const key = JSON.stringify(environment);
    if (!seen.has(key)) {
      const run = spawnSync(process.env.STILLSTREAM, ["config"], { env: { ...process.env, ...environment }, encoding: "utf8" });
      seen.set(key, run.status === 0 ? "" : run.stderr.trim().replace(/\s*\n\s*/g, " ") || `stillstream config ended with ${run.status}`);
    }
    if (seen.get(key)) found.push(`${name(object)}: ${seen.get(key)}`);
  }
  return found;
}

const checks = [schemas, references, settings, fields];

const problems = [];
for (const check of checks) problems.push(...(await check(objects)));
problems.forEach((problem) => console.error(problem));
console.log(`${objects.length} objects, ${problems.length} problems`);

let missed = 0;
for (const [what, plant] of Object.entries(planted)) {
  const copy = structuredClone(objects);
  plant((kind, called) => copy.find((object) => object.kind === kind && object.metadata.name.startsWith(called)), copy);
  const found = [];
  for (const check of checks) if (found.length === 0) found.push(...(await check(copy)));
  if (found.length === 0) missed++;
  console.log(`planted ${what}: ${found[0] ?? "NOT FOUND"}`);
}
console.log(`${Object.keys(planted).length - missed} of ${Object.keys(planted).length} planted mistakes found`);
process.exitCode = problems.length + missed > 0 ? 1 : 0;
