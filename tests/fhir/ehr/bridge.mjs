// What a clinic's interface engine does between its EHR and the portal, in one pass: it fetches the
// refills that patients asked for and have not been fetched yet, and brings back what became of them.
//
//   node bridge.mjs keys FILE       makes a key pair; FILE keeps the private one, the public set is printed
//   node bridge.mjs pass ABOUT.json one pass; prints {"fetched":…,"withdrawn":…,"answered":…} and how it went
//
// ABOUT.json: {"portal": URL, "ehr": URL, "client": NAME, "key": FILE, "state": FILE}. Both sides are plain
// FHIR R4: nothing here knows which EHR it speaks with, and nothing is Satchel's but the first URL.

import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const SCOPES = 'system/Task.rus system/MedicationRequest.rs';
const PROOF_SECONDS = 60;
const FHIR = 'application/fhir+json';

/** One side of the bridge. */
class Server {
  constructor(base, token) {
    this.base = base;
    this.headers = { accept: FHIR, ...(token && { authorization: `Bearer ${token}` }) };
  }

  /** The answer, whatever its status; only a line that is down throws. */
  async ask(method, path, body, headers = {}) {
    const url = path.startsWith('http') ? path : `${this.base}/${path}`;
    const response = await fetch(url, {
      method,
      headers: { ...this.headers, ...(body && { 'content-type': FHIR }), ...headers },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.json() };
  }

  async read(reference) {
    const answer = await this.ask('GET', reference);
    if (answer.status !== 200) throw new Error(`GET ${reference}: ${answer.status}`);
    return answer;
  }

  /** All pages of a search. */
  async *search(query) {
    for (let url = query; url; ) {
      const { body } = await this.read(url);
      for (const { resource } of body.entry ?? []) yield resource;
      url = body.link?.find(({ relation }) => relation === 'next')?.url;
    }
  }

  /** Creates it unless it is there: however often it is asked, there is one. */
  async create({ id, meta, ...resource }) {
    const [{ system, value }] = resource.identifier;
    const known = `identifier=${encodeURIComponent(`${system}|${value}`)}`;
    const answer = await this.ask('POST', resource.resourceType, resource, { 'if-none-exist': known });
    if (![200, 201].includes(answer.status)) throw new Error(`POST ${resource.resourceType}: ${answer.status}`);
    return answer.body;
  }
}

/** SMART Backend Services: a proof signed with the own key for a token that ends soon. */
async function token(portal, client, key) {
  const how = await (await fetch(`${portal}/.well-known/smart-configuration`)).json();
  const jwk = JSON.parse(readFileSync(key, 'utf8'));
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: client, sub: client, aud: how.token_endpoint, exp: now + PROOF_SECONDS, jti: randomUUID() };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES384', kid: jwk.kid, typ: 'JWT' })}.${part(claims)}`;
  const private_ = { key: createPrivateKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  const proof = `${signed}.${sign('sha384', Buffer.from(signed), private_).toString('base64url')}`;
  const response = await fetch(how.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: SCOPES,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: proof,
    }),
  });
  if (response.status !== 200) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return (await response.json()).access_token;
}

/** One pass in both directions. `state` is what is remembered between passes; losing it loses nothing. */
async function pass(portal, ehr, state) {
  const did = { fetched: 0, withdrawn: 0, answered: 0, outdated: 0 };
  const since = (name) => (state[name] ? `&_lastUpdated=gt${state[name]}` : '');

  // Where nothing is remembered, those that were fetched before and are still open count too.
  const open = state.requested ? 'requested' : 'requested,received,accepted,in-progress,on-hold';
  for await (const task of portal.search(`Task?status=${open}${since('requested')}`)) {
    did.fetched += Number(await fetched(portal, ehr, state, task));
    state.requested = task.meta.lastUpdated;
  }
  for await (const task of portal.search(`Task?status=cancelled${since('cancelled')}`)) {
    const known = state.tasks[task.id];
    if (known) did.withdrawn += Number(await withdrawn(ehr, known, task));
    state.cancelled = task.meta.lastUpdated;
  }
  for (const [id, known] of Object.entries(state.tasks)) {
    const { body: theirs } = await ehr.read(`Task/${known.id}`);
    if (theirs.status === known.status) continue;
    const said = await answered(portal, id, theirs);
    // Somebody changed it meanwhile: the next pass sees how it is then.
    if (said) known.status = theirs.status;
    did[said ? 'answered' : 'outdated'] += 1;
  }
  return did;
}

/** The refill, and the medicine that it asks for, as the EHR's own. False if it is of nobody there. */
async function fetched(portal, ehr, state, task) {
  // A clinic may have several EHRs: whom only another one knows is not this one's to serve.
  const { status } = await ehr.ask('GET', task.for.reference);
  if (status === 404) return false;
  const { body: proposal } = await portal.read(task.basedOn[0].reference);
  const medicine = await ehr.create(proposal);
  const basedOn = [{ reference: `MedicationRequest/${medicine.id}` }];
  const { id } = await ehr.create({ ...task, basedOn });
  state.tasks[task.id] ??= { id, status: task.status };
  return true;
}

async function withdrawn(ehr, known, task) {
  const { body: theirs } = await ehr.read(`Task/${known.id}`);
  if (theirs.status === 'cancelled') return false;
  await ehr.ask('PUT', `Task/${known.id}`, { ...theirs, status: 'cancelled', statusReason: task.statusReason });
  known.status = 'cancelled';
  return true;
}

/** What the EHR decided, to the version that was seen. False if the portal has a newer one. */
async function answered(portal, id, theirs) {
  const { body: ours, etag } = await portal.read(`Task/${id}`);
  const { status, statusReason, owner, output } = theirs;
  const answer = { ...ours, status, statusReason, owner, output };
  const { status: code, body } = await portal.ask('PUT', `Task/${id}`, answer, { 'if-match': etag });
  if (code === 200) return true;
  if (code === 412) return false;
  throw new Error(`PUT Task: ${code} ${JSON.stringify(body.issue)}`);
}

function keys(file) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const kid = randomUUID();
  writeFileSync(file, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid }), { mode: 0o600 });
  return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES384', use: 'sig' }] };
}

async function main([verb, file]) {
  if (verb === 'keys') return keys(file);
  if (verb !== 'pass') throw new Error('use: bridge.mjs keys FILE, or bridge.mjs pass ABOUT.json');
  const about = JSON.parse(readFileSync(file, 'utf8'));
  const state = existsSync(about.state) ? JSON.parse(readFileSync(about.state, 'utf8')) : { tasks: {} };
  const portal = new Server(about.portal, await token(about.portal, about.client, about.key));
  try {
    return await pass(portal, new Server(about.ehr), state);
  } finally {
    writeFileSync(about.state, JSON.stringify(state));
  }
}

console.log(JSON.stringify(await main(process.argv.slice(2))));
