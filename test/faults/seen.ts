// What can be seen of a conversation from outside: over HTTP, on a new socket, in the members' lists and in the export. Without what
// differs between two runs of the same action: ids, times and revisions.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import type { ListEntry, Member } from "../../src/protocol/conversation.ts";
import type { Message } from "../../src/protocol/message.ts";
import { download } from "../support/files.ts";
import { Client, call, origin, tokenOf } from "../support/socket.ts";

type SeenMessage = {
	role: string;
	content: string;
	status?: string;
	isDeleted: boolean;
	isEdited: boolean;
	clientId?: string;
	files: number;
};

export type Seen = { log: SeenMessage[]; [more: string]: unknown };

/** New people by their names. */
export function people() {
	const own = crypto.randomUUID();
	const [ann, bob, cyd] = [`ann-${own}`, `bob-${own}`, `cyd-${own}`];
	return { ann, bob, cyd, all: [ann, bob, cyd] };
}

export async function seenBy(all: readonly string[], id: string) {
	const views: Awaited<ReturnType<typeof viewOf>>[] = [];
	for (const person of all) views.push(await viewOf(person, id, !views.some(({ log }) => log.length > 0)));
	const log = views.find(({ log }) => log.length > 0)?.log ?? [];
	return { log, views: views.map(({ log: own, ...view }) => ({ ...view, sees: own.length })) };
}

export type Said = Pick<SeenMessage, "role" | "content" | "isDeleted">[];

/** Messages of people alone. */
export async function saidTo(all: readonly string[], id: string): Promise<Said> {
	for (const person of all) {
		const { status, body } = await call("GET", `/conversations/${id}/messages?limit=200`, await tokenOf(person));
		if (status === 200) return saidIn(body.messages.map(messageOf));
	}
	return [];
}

export const saidIn = (log: readonly SeenMessage[]): Said =>
	log.filter(({ role }) => role !== "assistant").map(({ role, content, isDeleted }) => ({ role, content, isDeleted }));

async function viewOf(person: string, id: string, isThorough: boolean) {
	const token = await tokenOf(person);
	const { status, body } = await call("GET", `/conversations/${id}/messages?limit=200`, token);
	const { conversations } = (await call("GET", "/conversations", token)).body;
	const listed = conversations.filter((entry: ListEntry) => entry.id === id).map(entryOf);
	if (status !== 200) return { log: [], status, listed };
	const messages: Message[] = body.messages;
	// Once is enough: everybody reads the same log.
	if (isThorough) await expectSameElsewhere(person, id, messages);
	const { members } = (await call("GET", `/conversations/${id}/members`, token)).body;
	return { log: messages.map(messageOf), status, listed, members: members.map(({ userId, role }: Member) => [nameIn(userId), role]) };
}

/** A new socket, one that comes back after the first message, and the export all say the same. */
async function expectSameElsewhere(person: string, id: string, messages: Message[]): Promise<void> {
	const client = await Client.join(person, id);
	const ended = (all: Message[]) => all.filter(({ status }) => status !== "streaming");
	expect(ended(client.joined.messages)).toEqual(ended(messages));
	const back = await Client.join(person, id, { cursor: client.joined.cursor });
	expect(ended(back.joined.messages)).toEqual([]);
	for (const socket of [client, back]) {
		socket.close();
		await socket.closed;
	}
	const records = (await exportedLines(person, id)).filter((line) => JSON.parse(line).type === "message");
	expect(records).toHaveLength(messages.length);
}

export async function exportedLines(person: string, id: string): Promise<string[]> {
	const headers = { authorization: `Bearer ${await tokenOf(person)}` };
	const response = await exports.default.fetch(`${origin}/api/conversations/${id}/export`, { headers });
	const text = new TextDecoder().decode(await response.arrayBuffer());
	return text.split("\n").filter((line) => line !== "");
}

/** A person's name without what makes their id unique. */
const nameIn = (userId: string) => userId.split("-")[0];

function messageOf({ role, content, status, deletedAt, editedAt, clientId, files = [], author }: Message): SeenMessage {
	const isReply = role === "assistant";
	return {
		role: isReply ? role : `${role} ${nameIn(author.userId)}`,
		// A reply that was interrupted goes on with other words.
		content: isReply ? "" : content,
		...(isReply && { status }),
		isDeleted: deletedAt !== undefined,
		isEdited: editedAt !== undefined,
		...(clientId !== undefined && { clientId }),
		files: files.length,
	};
}

function entryOf({ role, title, unread, lastMessage }: ListEntry) {
	const isReply = lastMessage?.author.userId === "claude";
	return { role, title, unread, last: isReply ? "a reply" : (lastMessage?.content ?? null) };
}

/** How many files messages name, and whether each can be fetched. */
export async function filesIn(person: string, id: string): Promise<number[]> {
	const { messages } = (await call("GET", `/conversations/${id}/messages`, await tokenOf(person))).body;
	const ids = messages.flatMap(({ files = [] }: Message) => files.map((file) => file.id));
	return Promise.all(ids.map(async (file: string) => (await download(person, id, file)).status));
}

/** How many files there are bytes of. Nobody sees them, and somebody pays for them. */
export function storedFiles(id: string): Promise<number> {
	return runInDurableObject(env.CONVERSATION_FILES.getByName(id), (_object, { storage: { sql } }) => {
		const exists = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'parts'").toArray().length > 0;
		return exists ? sql.exec<{ n: number }>("SELECT COUNT(DISTINCT key) AS n FROM parts").one().n : 0;
	});
}
