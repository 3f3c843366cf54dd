// The process of an attack: see attacks.ts.

import { randomUUID } from "node:crypto";
import { type Answers, type AttackName, attacks, type Target, tokenFor } from "./attacks.ts";

const answers: Answers = {};

process.on("message", async (message: "stop" | { name: AttackName; target: Target }) => {
	if (message === "stop") return process.send?.(answers);
	const { name, target } = message;
	const attacker = { ...target, token: await tokenFor(target, `mallory-${randomUUID()}`), answers };
	await attacks[name](attacker);
});
