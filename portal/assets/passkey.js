// Makes and uses passkeys for the programs: text in, text out, bytes as hexadecimal. The browser asks
// the person; what a passkey answers to `question` opens a vault and goes to no server.

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
const hex = (buffer) =>
  Array.from(new Uint8Array(buffer ?? 0), (byte) => byte.toString(16).padStart(2, "0")).join("");
const named = (id) => ({ type: "public-key", id });
const answerOf = (made) => made.getClientExtensionResults().prf;

async function ceremony({ challenge, user, name, known = [], question }) {
  const list = known.map((id) => named(bytes(id)));
  const shared = {
    challenge: bytes(challenge),
    extensions: question ? { prf: { eval: { first: bytes(question) } } } : {},
  };
  const use = (allowCredentials) =>
    navigator.credentials.get({
      publicKey: { ...shared, allowCredentials, userVerification: "required" },
    });
  if (!user) {
    const used = await use(list);
    return [used, answerOf(used)];
  }
  const made = await navigator.credentials.create({
    publicKey: {
      ...shared,
      rp: { name: "Satchel" },
      user: { id: bytes(user), name, displayName: name },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: list,
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    },
  });
  const answer = answerOf(made);
  // Some answer only when they are used.
  const later = answer?.enabled && !answer.results;
  return [made, later ? answerOf(await use([named(made.rawId)])) : answer];
}

// What goes to the clinic, in JSON; and on a line of its own what stays here: whose answer, and the answer.
window.satchelPasskey = async (asked) => {
  const [{ rawId, response }, answered] = await ceremony(JSON.parse(asked));
  const answer = answered?.results?.first;
  const proof = JSON.stringify({
    credential: hex(rawId),
    client: hex(response.clientDataJSON),
    attestation: hex(response.attestationObject),
    authenticator: hex(response.authenticatorData),
    signature: hex(response.signature),
    user: hex(response.userHandle),
  });
  const said = `${proof}\n${hex(rawId)} ${hex(answer)}`;
  if (answer) new Uint8Array(answer).fill(0);
  return said;
};
