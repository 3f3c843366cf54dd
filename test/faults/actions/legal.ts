// Legal requests: one administrator makes a request, another one confirms it, and it is carried out in a conversation.

import { env } from "cloudflare:workers";
import { directoryName } from "../../../src/protocol/admin/records.ts";
import type { Stub } from "../fault.ts";
import { as, talking, userOf, type World } from "../world.ts";

export const administrators = ["root", "second"] as const;
const [root, second] = administrators;

type Request = { requestId: string; conversationId?: string; confirmed: object | null };
type Kind = "hold" | "release" | "delete";

/** A conversation, and what administrators see of it. */
async function watched() {
	const { ann, id, objects, see, said } = await talking();
	const request = (kind: Kind) => as(root, "POST", `/admin/conversations/${id}/requests`, { kind, reason: "Order 12" });
	const pending = async (): Promise<Request[]> => {
		const { requests } = (await as(root, "GET", "/admin/requests")).body;
		return requests.filter(({ conversationId }: Request) => conversationId === id);
	};
	const confirm = async (requestId: string | undefined) => {
		const { status } = await as(second, "POST", `/admin/requests/${requestId}/confirm`);
		return { isDone: status < 300 };
	};
	const seeRequests = async () => {
		const { acts } = (await as(root, "GET", `/admin/audit?subject=${id}`)).body;
		const { holds } = (await as(root, "GET", "/admin/holds")).body;
		const info = await as(ann, "GET", `/conversations/${id}`);
		const audit = await as(ann, "GET", `/conversations/${id}/audit`);
		return {
			...(await see()),
			requests: (await pending()).map(({ confirmed }) => (confirmed ? "confirmed" : "waits")),
			acts: acts.map(({ action }: { action: string }) => action),
			isHeld: [holds.some(({ conversationId }: Request) => conversationId === id), info.body.conversation?.held ?? false],
			audit: (audit.body.entries ?? []).filter(({ action }: { action: string }) => action === "held" || action === "released").length,
		};
	};
	const directory = () => env.DIRECTORY.getByName(directoryName) as unknown as Stub;
	return { request, pending, confirm, objects: { ...objects, ann: userOf(ann), directory }, see: seeRequests, said };
}

/** Whoever does not know whether they have made it looks before they make another. */
async function requestHold(): Promise<World> {
	const { request, pending, objects, see, said } = await watched();
	const act = async () => ({ isDone: (await pending()).length > 0 || (await request("hold")).status < 300 });
	return { objects, act, see, said, repeats: "completes it" };
}

async function withdrawHold(): Promise<World> {
	const { request, pending, objects, see, said } = await watched();
	await request("hold");
	const [made] = await pending();
	const act = async () => {
		const { status } = await as(root, "DELETE", `/admin/requests/${made?.requestId}`);
		return { isDone: status < 300 || status === 404 };
	};
	return { objects, act, see, said, repeats: "completes it" };
}

async function carryOut(kind: Kind): Promise<World> {
	const { request, pending, confirm, objects, see, said } = await watched();
	if (kind === "release") {
		await request("hold");
		await confirm((await pending())[0]?.requestId);
	}
	await request(kind);
	const made = (await pending()).find(({ confirmed }) => confirmed === null);
	return { objects, act: () => confirm(made?.requestId), see, said, repeats: "completes it" };
}

const hold = () => carryOut("hold");
const releaseHold = () => carryOut("release");
const deleteByOrder = () => carryOut("delete");

export const legalActions = { requestHold, withdrawHold, hold, releaseHold, deleteByOrder };
