// Lighthouse over the addresses that are given, each several times in a fresh browser with the slow line and
// phone that it simulates; the median counts. Ends with 1 if one is below its gate.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const RUNS = 3;
const GATES = { accessibility: 100, "best-practices": 100, performance: 90 };
const PERFORMANCE_GOAL = 95;

const [chromePath, ...addresses] = process.argv.slice(2);
const chromeFlags = ["--headless=new", "--disable-dev-shm-usage", "--no-first-run"];
if (process.getuid?.() === 0) chromeFlags.push("--no-sandbox");

async function run(address) {
  const chrome = await launch({ chromePath, chromeFlags });
  try {
    const options = { port: chrome.port, onlyCategories: Object.keys(GATES), output: "json" };
    const { lhr } = await lighthouse(address, options);
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    return lhr;
  } finally {
    chrome.kill();
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

let held = true;
for (const [name, address] of addresses.map((one) => one.split(/=(.*)/s))) {
  const reports = [];
  for (let turn = 0; turn < RUNS; turn += 1) reports.push(await run(address));
  for (const [category, gate] of Object.entries(GATES)) {
    const scores = reports.map((report) => Math.round(100 * report.categories[category].score));
    const score = median(scores);
    const goal = category === "performance" ? `, goal ${PERFORMANCE_GOAL}` : "";
    console.log(`${name}: ${category} ${score} of ${scores.join(", ")} (gate ${gate}${goal})`);
    if (score >= gate) continue;
    held = false;
    for (const { id, weight } of reports[0].categories[category].auditRefs) {
      const { score: part, displayValue, title } = reports[0].audits[id];
      if (weight > 0 && part !== null && part < 1) {
        console.log(`  ${id}: ${title} ${displayValue ?? ""}`);
      }
    }
  }
  for (const id of ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"]) {
    const times = reports.map((report) => Math.round(report.audits[id].numericValue));
    console.log(`${name}: ${id} ${median(times)} ms`);
  }
}
process.exit(held ? 0 : 1);
