// How long a conversation keeps its messages: one administrator asks for a shorter time, and another one sets the same.

import { env } from "cloudflare:workers";
import { directoryName } from "../../../src/protocol/admin/records.ts";
import type { Stub } from "../fault.ts";
import { as, talking, type World } from "../world.ts";
import { administrators } from "./legal.ts";

const [root, second] = administrators;
const days = 7;

/** A conversation, and what administrators see of the time. */
async function kept() {
	const { id, objects, see, said } = await talking();
	const path = `/admin/conversations/${id}/retention`;
	const set = async (who: string, retentionDays: number | null) => {
		const { status } = await as(who, "PUT", path, { retentionDays });
		return { isDone: status < 300 };
	};
	const seeTime = async () => {
		const { retentionDays, keptDays, pending } = (await as(root, "GET", path)).body;
		const { acts } = (await as(root, "GET", `/admin/audit?subject=${id}`)).body;
		const done = acts.map(({ action }: { action: string }) => action);
		// An act too many does less harm than one that nobody finds.
		const isNoted = done.includes(retentionDays === null ? "requested" : "retained");
		return { ...(await see()), retentionDays, keptDays, pending: pending?.retentionDays, isNoted };
	};
	const directory = () => env.DIRECTORY.getByName(directoryName) as unknown as Stub;
	return { set, objects: { ...objects, directory }, see: seeTime, said };
}

async function askToShorten(): Promise<World> {
	const { set, ...world } = await kept();
	return { ...world, act: () => set(root, days), repeats: "completes it" };
}

async function shorten(): Promise<World> {
	const { set, ...world } = await kept();
	await set(root, days);
	return { ...world, act: () => set(second, days), repeats: "completes it" };
}

async function keepAsBefore(): Promise<World> {
	const { set, ...world } = await kept();
	await set(root, days);
	return { ...world, act: () => set(second, null), repeats: "completes it" };
}

export const retentionActions = { askToShorten, shorten, keepAsBefore };
