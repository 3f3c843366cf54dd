// Private questions: somebody asks Claude, shares the answer, or deletes it. Others never see it before it is shared.

import { expect } from "vitest";
import type { Aside } from "../../../src/protocol/claude/aside.ts";
import { newConversation } from "../../support/socket.ts";
import { people, type Seen, saidTo, seenBy } from "../seen.ts";
import { as, conversationOf, purseOf, userOf, type World } from "../world.ts";

/** A conversation of Ann's with Bob, and what she sees of her private questions. */
async function asking() {
	const { ann, bob, all } = people();
	const id = await newConversation(ann, [bob]);
	await as(ann, "PATCH", `/conversations/${id}`, { title: "Costs" });
	const path = `/conversations/${id}/asides`;
	const ask = () => as(ann, "POST", path, { content: `!${JSON.stringify({ text: "Only for you." })}`, clientId: "question" });
	const list = async (): Promise<Aside[]> => (await as(ann, "GET", path)).body.asides;
	const see = async (): Promise<Seen> => {
		const [spent, own] = [await as(ann, "GET", `/conversations/${id}/usage?period=day`), await as(ann, "GET", "/me/usage?period=day")];
		return {
			...(await seenBy(all, id)),
			asides: (await list()).map(({ question, status }) => [question, status === "streaming" ? "runs" : "is over"]),
			purse: { reserved: spent.body.reservedUsd + own.body.reservedUsd, isEven: own.body.usd === spent.body.usd },
		};
	};
	const objects = { conversation: conversationOf(id), purse: purseOf(ann), ann: userOf(ann) };
	return { ann, path, objects, ask, list, see, said: () => saidTo(all, id) };
}

/** One whose object dies is over, and may be asked again as another question. */
async function askPrivately(): Promise<World> {
	const { objects, ask, see, said } = await asking();
	const act = async () => ({ isDone: (await ask()).status < 300 });
	return { objects, act, see, said, repeats: "completes it" };
}

async function answered() {
	const world = await asking();
	await world.ask();
	await expect.poll(world.list).toMatchObject([{ status: "complete" }]);
	const [aside] = await world.list();
	return { ...world, asidePath: `${world.path}/${aside?.id}` };
}

/** The question and the answer become messages, and the private question goes. */
async function share(): Promise<World> {
	const { ann, asidePath, objects, see, said } = await answered();
	const act = async () => ({ isDone: (await as(ann, "POST", `${asidePath}/share`, { clientId: "shared" })).status < 300 });
	return { objects, act, see, said, repeats: "completes it" };
}

async function removeAside(): Promise<World> {
	const { ann, asidePath, objects, see, said } = await answered();
	const act = async () => {
		const { status } = await as(ann, "DELETE", asidePath);
		return { isDone: status < 300 || status === 404 };
	};
	return { objects, act, see, said, repeats: "completes it" };
}

export const asideActions = { askPrivately, share, removeAside };
