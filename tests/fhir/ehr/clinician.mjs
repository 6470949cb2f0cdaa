// Somebody at the EHR's own screen: sees the refills that wait there and decides one of them.
//
//   node clinician.mjs EHR tasks          the tasks that are there: [{"status":…,"for":…,"asks":…}]
//   node clinician.mjs EHR accept NAME    takes on the one that waits, as NAME
//   node clinician.mjs EHR complete NAME  writes the prescription and completes the task
//   node clinician.mjs EHR all TYPE       everything of one type

const [ehr, verb, name] = process.argv.slice(2);

async function ask(method, path, body) {
  const headers = { 'content-type': 'application/fhir+json' };
  const response = await fetch(`${ehr}/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

const all = async (query) => ((await ask('GET', query)).entry ?? []).map(({ resource }) => resource);

async function only(status) {
  const found = await all(`Task?status=${status}`);
  if (found.length !== 1) throw new Error(`${found.length} tasks are ${status}`);
  return found[0];
}

const verbs = {
  // Its third word is a type.
  all: () => all(name),
  async tasks() {
    const tasks = await all('Task');
    return Promise.all(
      tasks.map(async (task) => {
        const patient = await ask('GET', task.for.reference);
        const medicine = await ask('GET', task.basedOn[0].reference);
        const { family } = patient.name[0];
        return { status: task.status, for: family, asks: medicine.medicationCodeableConcept.text };
      }),
    );
  },
  async accept() {
    const task = await only('requested');
    await ask('PUT', `Task/${task.id}`, { ...task, status: 'accepted', owner: { display: name } });
  },
  async complete() {
    const task = await only('accepted');
    const { id, meta, identifier, note, ...proposal } = await ask('GET', task.basedOn[0].reference);
    const order = await ask('POST', 'MedicationRequest', { ...proposal, status: 'active', intent: 'order' });
    const output = [{ type: { text: 'Prescription' }, valueReference: { reference: `MedicationRequest/${order.id}` } }];
    await ask('PUT', `Task/${task.id}`, { ...task, status: 'completed', output });
  },
};
console.log(JSON.stringify((await verbs[verb]()) ?? null));
