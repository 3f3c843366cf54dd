// Measures how one person's attacks slow a conversation down for another member, on demand:
//   npm run attacks -- [--seconds 15] [--only WORDS]
// The attacker is a process of its own; the conversation holds messages as long as they may be. Exits with 1 if an attack
// slows the member down by more than is promised.

import { parseArgs } from "node:util";
import { startProduct } from "../e2e/product.ts";
import { type Answers, type AttackName, attacks, longConversation, startAttack, tokenFor } from "../soak/attacks.ts";
import { promisedP95, roundTrips } from "../soak/flood.ts";
import { Talker } from "../soak/participants.ts";
import { randomOf } from "../soak/random.ts";
import { percentile } from "./statistics.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "15" }, only: { type: "string", default: "" } } });
const seconds = Number(values.seconds);
let isTooSlow = false;
const secret = "a secret for attacks, at least 32 bytes long";
// The timed member sends ten messages a second.
const product = await startProduct({ JWT_SECRET: secret, SEND_BURST: "200", SEND_PER_SECOND: "20" });
try {
	const conversationId = await longConversation(product.url, secret, 60);
	const member = { proxyUrl: product.url, conversationId, userId: "ann", token: await tokenFor({ secret }, "ann"), random: randomOf(1) };
	const ann = new Talker(member);
	print("round trip of another member, in ms", "p50", "p95", "max", "answers to the attacker");
	await measure("calm");
	for (const name of Object.keys(attacks) as AttackName[]) {
		if (!name.includes(values.only)) continue;
		const attack = startAttack(name, { url: product.url, conversationId, secret });
		await measure(name, () => attack.stop());
	}
	await measure("calm again");
	ann.close();

	async function measure(what: string, stop: () => Promise<Answers> = async () => ({})): Promise<void> {
		const times = await roundTrips(ann, `${what} ${Date.now()}`.slice(-60), seconds);
		isTooSlow ||= percentile(times, 95) > promisedP95;
		const answers = Object.entries(await stop()).map(([status, count]) => `${count} × ${status}`);
		print(what, ...[50, 95, 100].map((rank) => percentile(times, rank).toFixed(1)), answers.join(", "));
	}
} finally {
	await product.stop();
}
process.exit(isTooSlow ? 1 : 0);

function print(what: string, ...cells: string[]): void {
	console.log(`| ${what.padEnd(44)} | ${cells.map((cell) => cell.padStart(7)).join(" | ")} |`);
}
