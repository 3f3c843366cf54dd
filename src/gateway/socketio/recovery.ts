// What lets a client come back to where it was, kept by the client alone: `pid`, whose connection it is, and `offset`, the last argument of
// each event, which says in how many conversations it was and how far it had come in each. Pure, and nothing of it is secret or signed:
// whatever it names is asked for anew, with the token of whoever asks.

import * as v from "valibot";
import { limits } from "../../protocol/limits.ts";
import { idSchema } from "../../protocol/person.ts";
import { base64url } from "../../protocol/random-id.ts";
import type { Progress, Told } from "./catch-up.ts";

/** `base`: the same for as long as its client remembers it; `life`: another one each time it could not be told all it missed. */
export type Pid = { base: string; life: number; check: string };

export type Offset = { acknowledged: number; rooms: ReadonlyMap<string, Progress> };

/** UTF-16 units of an offset that still goes with every part of a reply; and the most of one at all. */
const handy = 512;
const most = 8 * 1024;
/** In place of an offset that would be too long: nothing can be gone on with from here. */
const none = "-";

export async function newPid(base: string, life: number, owner: string): Promise<Pid> {
	return { base, life, check: await checkOf(base, life, owner) };
}

export function encodePid({ base, life, check }: Pid): string {
	return `${base}.${life}.${check}`;
}

/** `owner`: who comes back, and to which namespace. `undefined` for another's, or for anything that is none. */
export async function readPid(text: unknown, owner: string): Promise<Pid | undefined> {
	const [, base = "", life = "", check = ""] = (typeof text === "string" && /^([\w-]{22})\.(\d{1,6})\.([\w-]{16})$/.exec(text)) || [];
	if (base === "" || check !== (await checkOf(base, Number(life), owner))) return undefined;
	return { base, life: Number(life), check };
}

async function checkOf(base: string, life: number, owner: string): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${base}.${life}.${owner}`));
	return base64url(new Uint8Array(digest).slice(0, 12));
}

/** `isHandy`: short enough to go with every event. Where it is not, it leaves out how much of running replies was told. */
export function encodeOffset(offset: Offset): { text: string; isHandy: boolean } {
	const whole = write(offset, String);
	if (whole.length <= handy) return { text: whole, isHandy: true };
	const text = write(offset, (told) => (typeof told === "number" ? "unsure" : told));
	return { text: text.length <= most ? text : none, isHandy: false };
}

function write({ acknowledged, rooms }: Offset, tell: (told: Told) => string): string {
	const written = [...rooms].map(([id, { cursor, live }]) => {
		const replies = [...live].map(([messageId, told]) => `${encodeURIComponent(messageId)}:${tell(told)}`);
		return [encodeURIComponent(id), cursor, ...replies].join(",");
	});
	return [acknowledged, ...written].join(";");
}

/** `undefined` for anything that `encodeOffset` did not write. */
export function parseOffset(text: unknown): Offset | undefined {
	if (typeof text !== "string" || text.length > most) return undefined;
	const [acknowledged = "", ...written] = text.split(";");
	if (!/^\d{1,9}$/.test(acknowledged) || written.length > limits.conversationsPerSocket) return undefined;
	const rooms = new Map<string, Progress>();
	for (const room of written) {
		const [id = "", cursor = "", ...replies] = room.split(",");
		const conversationId = decoded(id);
		const live = replies.map(parseReply);
		if (!v.is(idSchema, conversationId) || !/^[0-9a-z.]{1,64}$/.test(cursor) || live.includes(undefined)) return undefined;
		rooms.set(conversationId, { cursor, live: new Map(live.filter((reply) => reply !== undefined)) });
	}
	return { acknowledged: Number(acknowledged), rooms };
}

function parseReply(text: string): [string, Told] | undefined {
	const [id = "", told = ""] = text.split(":");
	const messageId = decoded(id);
	if (!messageId) return undefined;
	if (told === "unsure" || told === "closed" || told === "whole") return [messageId, told];
	return /^\d{1,9}$/.test(told) ? [messageId, Number(told)] : undefined;
}

function decoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}
