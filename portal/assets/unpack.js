// Unpacks a program while it comes: a few bytes with its length, then LZMA (lc 4, lp 0, pb 0), which
// leaves a twentieth less of a program than Brotli and which no browser knows. Loaded by the boot scripts
// as a module and by the service worker as a script, so it exports by a global name. `before` is what the
// program was packed against: bytes that it points back into.

globalThis.unpacked = (packed, before = new Uint8Array(0)) => {
  const SLICE = 1 << 16; // What is unpacked at a time, so that a page that waits can still answer.
  const SYMBOL_MAX = 20; // No symbol takes more bytes; with fewer, the next part has to come first.
  const PROGRAM_MAX = 1 << 24;
  const HEAD = 9; // The length, and what the decoder begins with.

  let bytes = new Uint8Array(0);
  let at = 0;
  let range = 0xffffffff;
  let code = 0;
  let out;
  let position = before.length;

  // Every bit of a kind has its own guess of how often it is 0, in parts of 2048.
  const guesses = (count) => new Uint16Array(count).fill(1024);
  const [isMatch, isRepeat, isOlder, isThird, isFourth, isLong] = Array.from({ length: 6 }, () =>
    guesses(12),
  );
  const literals = guesses(0x300 << 4);
  const slots = guesses(4 << 6);
  const near = guesses(115);
  const aligned = guesses(16);
  const lengths = () => [guesses(2), guesses(8), guesses(8), guesses(256)];
  const matchLength = lengths();
  const repeatLength = lengths();
  let state = 0; // What the last symbols were.
  let distances = [0, 0, 0, 0];

  function refill() {
    if (range >= 0x1000000) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | bytes[at++]) >>> 0;
  }
  function bit(table, place) {
    const guess = table[place];
    const bound = (range >>> 11) * guess;
    const is = code < bound ? 0 : 1;
    if (is) {
      range -= bound;
      code -= bound;
      table[place] = guess - (guess >>> 5);
    } else {
      range = bound;
      table[place] = guess + ((2048 - guess) >>> 5);
    }
    refill();
    return is;
  }
  function number(table, start, bits) {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | bit(table, start + node);
    return node - (1 << bits);
  }
  function reversed(table, start, bits) {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const is = bit(table, start + node);
      node = (node << 1) | is;
      value |= is << i;
    }
    return value;
  }
  function evenly(bits) {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      range >>>= 1;
      const is = code >= range ? 1 : 0;
      if (is) code -= range;
      value = (value << 1) | is;
      refill();
    }
    return value;
  }
  function length([kind, short, middle, long]) {
    if (!bit(kind, 0)) return 2 + number(short, 0, 3);
    return bit(kind, 1) ? 18 + number(long, 0, 8) : 10 + number(middle, 0, 3);
  }
  function distance(length) {
    const slot = number(slots, Math.min(length - 2, 3) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < 14) return base + reversed(near, base - slot, bits);
    return base + (evenly(bits - 4) << 4) + reversed(aligned, 0, 4);
  }

  function literal() {
    const start = 0x300 * ((position && out[position - 1]) >>> 4);
    let node = 1;
    if (state > 6) {
      // After a copy this byte is most likely not the one that would have gone on with it.
      let other = out[position - distances[0] - 1];
      let same = true;
      while (same && node < 0x100) {
        const expected = (other >>> 7) & 1;
        other <<= 1;
        const is = bit(literals, start + ((1 + expected) << 8) + node);
        node = (node << 1) | is;
        same = is === expected;
      }
    }
    while (node < 0x100) node = (node << 1) | bit(literals, start + node);
    out[position++] = node;
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }
  function copy(length) {
    if (distances[0] >= position || position + length > out.length) throw new Error("not packed");
    for (; length; length--, position++) out[position] = out[position - distances[0] - 1];
  }
  function symbol() {
    if (!bit(isMatch, state)) return literal();
    const was = state < 7;
    if (!bit(isRepeat, state)) {
      const count = length(matchLength);
      distances = [distance(count), ...distances.slice(0, 3)];
      state = was ? 7 : 10;
      return copy(count);
    }
    if (bit(isOlder, state)) {
      const which = bit(isThird, state) ? 2 + bit(isFourth, state) : 1;
      distances = [distances[which], ...distances.filter((_, i) => i !== which)];
    } else if (!bit(isLong, state)) {
      state = was ? 9 : 11;
      return copy(1);
    }
    const count = length(repeatLength);
    state = was ? 8 : 11;
    copy(count);
  }

  function take(chunk) {
    const joined = new Uint8Array(bytes.length - at + chunk.length);
    joined.set(bytes.subarray(at));
    joined.set(chunk, bytes.length - at);
    bytes = joined;
    at = 0;
  }
  function begin() {
    const head = new DataView(bytes.buffer);
    if (bytes.length < HEAD || head.getUint32(0) > PROGRAM_MAX || bytes[4]) {
      throw new Error("not packed");
    }
    out = new Uint8Array(before.length + head.getUint32(0));
    out.set(before);
    code = head.getUint32(5);
    at = HEAD;
  }
  // The next part of what is packed in the bytes that are there; empty if they hold no more.
  function slice(keep) {
    const from = position;
    const end = Math.min(out.length, from + SLICE);
    while (position < end && at + keep <= bytes.length) symbol();
    return out.slice(from, position);
  }
  // A timer would do in front of a person; behind another tab it comes once a second.
  const { port1, port2 } = new MessageChannel();
  const others = () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  async function give(keep, to) {
    for (let part = slice(keep); part.length; part = slice(keep)) {
      to.enqueue(part);
      await others();
    }
  }

  const unpacking = new TransformStream({
    async transform(chunk, to) {
      take(chunk);
      if (!out && bytes.length > HEAD + SYMBOL_MAX) begin();
      if (out) await give(SYMBOL_MAX, to);
    },
    async flush(to) {
      if (!out) begin();
      await give(0, to);
      port1.close();
      if (position < out.length) throw new Error("the end is missing");
    },
  });
  return new Response(packed.body.pipeThrough(unpacking), {
    headers: { "content-type": "application/wasm" },
  });
};
