// Runs the checks in a worker, as the product runs, and shows what they say, a line each.
const results = document.getElementById("results");
const say = (line) => results.append(line + "\n");
const worker = new Worker("/checks-worker.js", { type: "module" });
worker.onmessage = ({ data }) => say(data);
worker.onerror = (event) => say(`FAILED the program: ${event.message}\nend`);
