// Explores the model to the depth that you choose: npm run model -- --depth 9 [--free] [--bug "a failing reply is retried without limit"]

import { parseArgs } from "node:util";
import { walk } from "./walk.ts";

const { values } = parseArgs({
	options: { depth: { type: "string", default: "8" }, free: { type: "boolean", default: false }, bug: { type: "string" } },
});
const world = { isPaid: !values.free, bug: values.bug };
const begun = performance.now();
const { states, depth, broken } = walk(world, { depth: Number(values.depth) });
console.log(`${states.size} states, all orders of ${depth} actions, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
if (broken) console.log(`Broken: ${broken.rule}\n  ${broken.path.join("\n  ")}`);
process.exitCode = broken ? 1 : 0;
