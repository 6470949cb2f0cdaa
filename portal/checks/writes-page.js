// Shows what the worker says. What a person would see as saved is told to the server as well, where a
// killed browser takes nothing back.
const results = document.getElementById("results");
const worker = new Worker("/checks-worker.js#writes", { type: "module" });
worker.onmessage = ({ data }) => {
  const [word, topic, waiting] = data.split(" ");
  if (word === "saved") fetch(`/saved/${location.hash.slice(1)}/${topic}/${waiting}`);
  else results.append(data + "\n");
};
worker.onerror = (event) => results.append(`FAILED the program: ${event.message}\n`);
