// Runs the conformance cases against a server: npm run conformance -- http://localhost:8787
// The server must let guests sign in. To run only some cases, add parts of their names.

import { cases } from "./cases.ts";
import { runCase, Server } from "./runner.ts";

const [url, ...names] = process.argv.slice(2);
if (url === undefined) throw new Error("Name the address of a server.");
const server = new Server(url.replace(/\/$/, ""));
const chosen = cases.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
let failed = 0;
for (const one of chosen) {
	const patience = AbortSignal.timeout(30_000);
	const given = new Promise<never>((_, reject) =>
		patience.addEventListener("abort", () => reject(new Error("The case was not over after 30 s."))),
	);
	const problem = await Promise.race([runCase(server, one), given]).then(
		() => undefined,
		(error: Error) => error.message,
	);
	if (problem !== undefined) failed += 1;
	console.log(problem === undefined ? `✓ ${one.name}` : `× ${one.name}\n  ${problem}`);
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
