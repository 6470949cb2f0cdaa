// Unpacks a program while it comes: a few bytes with its length, then LZMA (lc 2, lp 0, pb 0) of the program
// sorted into streams (`xtask/src/portal/streams.rs`), which leaves a sixth less of it than Brotli and which
// no browser knows. Loaded by the boot scripts as a module and by the service worker as a script, so it
// exports by a global name. `program` is the one that this one was packed against, if any: it points back into
// that one's streams.

globalThis.unpacked = (packed, program) => {
  const SLICE = 1 << 16; // What is unpacked at a time, so that a page that waits can still answer.
  const SYMBOL_MAX = 20; // No symbol takes more bytes; with fewer, the next part has to come first.
  const PROGRAM_MAX = 1 << 24;
  const HEAD = 9; // The length, and what the decoder begins with.
  // What the bytes of functions are. Hints are not written: they follow from the opcode.
  const [OPS, BLOCKS, BRANCHES, CALLS, CONSTANTS, READS, WRITES, LOADS, STORES, HINTS] =
    Array(10).keys();
  const STREAMS = HINTS;
  const LOAD = 0x28; // The first of the opcodes whose hints these are:
  const HINT_OF = Array.from("23230011001122232301012", Number);
  const LENGTH_MAX = 5; // Bytes of a function's length.
  const CHUNK = 1 << 19;

  let bytes = new Uint8Array(0);
  let at = 0;
  let read; // How far the program's parts have come.
  let range = 0xffffffff;
  let code = 0;
  const before = program ? split(program) : new Uint8Array(0);
  let out;
  let position = before.length;

  // Every bit of a kind has its own guess of how often it is 0, in parts of 2048.
  const guesses = (count) => new Uint16Array(count).fill(1024);
  const [isMatch, isRepeat, isOlder, isThird, isFourth, isLong] = Array.from({ length: 6 }, () =>
    guesses(12),
  );
  const literals = guesses(0x300 << 2);
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
    const start = 0x300 * ((position && out[position - 1]) >>> 6);
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
    read = before.length;
  }
  // The next part of what is packed in the bytes that are there; whether they held any.
  function slice(keep) {
    const from = position;
    const end = Math.min(out.length, from + SLICE);
    while (position < end && at + keep <= bytes.length) symbol();
    return position > from;
  }

  // Goes through one function. `step` moves a byte of a stream from where it is to where it belongs.
  function walk(step) {
    function number(stream) {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = step(stream);
        value |= (byte & 127) << shift;
        if (byte < 128) return value;
      }
    }
    function numbers(stream, count) {
      for (; count > 0; count--) number(stream);
    }
    numbers(OPS, 2 * number(OPS));
    for (let depth = 1; depth; ) {
      const op = step(OPS);
      if (op === 0x20) number(READS);
      else if (op === 0x21 || op === 0x22) number(WRITES);
      else if (op >= LOAD && op < 0x3f) {
        step(HINTS, op);
        number(op < 0x36 ? LOADS : STORES);
      } else if (op === 0x41) number(CONSTANTS);
      else if (op === 0x0b) depth--;
      else if (op > 1 && op < 5) {
        depth++;
        number(BLOCKS);
      } else if (op === 0x0c || op === 0x0d) number(BRANCHES);
      else if (op === 0x0e) numbers(OPS, number(OPS) + 1);
      else if (op === 0x10) number(CALLS);
      else if (op === 0x11) numbers(OPS, 2);
      else if (op === 0x1c) numbers(OPS, number(OPS));
      else if ((op > 0x22 && op < 0x27) || (op > 0x3e && op < 0x43)) number(OPS);
      else if (op === 0xd0 || op === 0xd2) number(OPS);
      else if (op === 0x43 || op === 0x44) for (let i = op === 0x43 ? 4 : 8; i; i--) step(OPS);
      else if (op === 0xfc) {
        const kind = number(OPS);
        numbers(OPS, kind < 8 ? 0 : 2 - (kind & 1));
      }
    }
  }
  // The program's functions in their order, in parts as `walk` makes them of a chunk's streams.
  function* joined(starts, ends) {
    // A function of two bytes has a length of one, and a load of two a hint of one.
    const whole = new Uint8Array(2 * (ends[STORES] - starts[OPS]) + LENGTH_MAX);
    let [from, to, place] = [0, 0, 0];
    const step = (stream, op) => {
      if (stream < HINTS && starts[stream] === ends[stream]) throw new Error("not packed");
      const byte = stream < HINTS ? out[starts[stream]++] : HINT_OF[op - LOAD];
      whole[place++] = byte;
      return byte;
    };
    while (starts[OPS] < ends[OPS]) {
      const start = to + LENGTH_MAX;
      place = start;
      walk(step);
      let length = place - start;
      for (; length > 127; length >>>= 7) whole[to++] = (length & 127) | 128;
      whole[to++] = length;
      whole.copyWithin(to, start, place);
      to += place - start;
      if (to - from < SLICE && starts[OPS] < ends[OPS]) continue;
      yield whole.slice(from, to);
      from = to;
    }
  }
  // As `split` in streams.rs, byte for byte.
  function split(program) {
    let at = 8;
    function number() {
      for (let [value, shift] = [0, 0]; ; shift += 7) {
        value |= (program[at] & 127) << shift;
        if (!(program[at++] > 127)) return value;
      }
    }
    let end = at;
    for (let section; section !== 10; ) {
      at = end;
      if (!(at < program.length)) throw new Error("not a program");
      section = program[at++];
      end = number() + at;
    }
    number();
    const sorted = [number32(at), program.subarray(0, at)];
    while (at < end) {
      const streams = Array.from({ length: STREAMS }, () => new Uint8Array(end - at));
      const lengths = Array(STREAMS).fill(0);
      const step = (stream) => {
        if (at === end) throw new Error("not a program");
        if (stream < HINTS) streams[stream][lengths[stream]++] = program[at];
        return program[at++];
      };
      for (const until = Math.min(end, at + CHUNK); at < until; walk(step)) number();
      sorted.push(...lengths.map(number32));
      sorted.push(...streams.map((stream, i) => stream.subarray(0, lengths[i])));
    }
    sorted.push(number32(0), program.subarray(end));
    const whole = new Uint8Array(sorted.reduce((sum, one) => sum + one.length, 0));
    let place = 0;
    for (const one of sorted) {
      whole.set(one, place);
      place += one.length;
    }
    return whole;
  }
  function number32(value) {
    return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  }

  // What stands there, once so many bytes are unpacked.
  function* next(count) {
    while (position < read + count) yield;
    read += count;
    return read - count;
  }
  function* length32() {
    return new DataView(out.buffer).getUint32(yield* next(4));
  }
  // The program's parts in its own order; nothing where more has to be unpacked first.
  function* parts() {
    const head = yield* length32();
    const start = yield* next(head);
    yield out.slice(start, start + head);
    for (let first = yield* length32(); first; first = yield* length32()) {
      const ends = [first];
      while (ends.length < STREAMS) ends.push(yield* length32());
      const starts = [];
      for (const [stream, length] of ends.entries()) {
        starts.push(yield* next(length));
        ends[stream] = read;
      }
      yield* joined(starts, ends);
    }
    while (read < out.length) {
      const from = read;
      read = position;
      yield position > from ? out.slice(from, position) : undefined;
    }
  }
  const all = parts();
  // A timer would do in front of a person; behind another tab it comes once a second.
  const { port1, port2 } = new MessageChannel();
  const others = () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  async function give(keep, to) {
    while (slice(keep)) {
      for (let part = all.next().value; part; part = all.next().value) {
        to.enqueue(part);
        await others();
      }
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
      if (!all.next().done) throw new Error("the end is missing");
    },
  });
  return new Response(packed.body.pipeThrough(unpacking), {
    headers: { "content-type": "application/wasm" },
  });
};
