// Checks what clients and server report about one conversation, and lists violations of the guarantees. Pure.

import type { Message } from "../../src/protocol/message.ts";

/** A message that was sent, perhaps several times with the same id. `mayBeUnsent`: its sender has lost access since. */
export type SentMessage = { userId: string; clientId: string; content: string; mayBeUnsent?: boolean };
/** A complete message, as a client received it. */
export type ReceivedMessage = { id: string; seq: number; content: string; clientId?: string };
export type Chunk = { messageId: string; offset: number; chunk: string };

/** Somebody who lost access: nothing that was said from this place on may have reached them. */
export type Former = { name: string; received: ReceivedMessage[]; chunks: Chunk[]; until: number };

export type History = {
	sent: SentMessage[];
	/** Messages as their senders sent them. */
	acknowledged: (ReceivedMessage & { userId: string })[];
	clients: { name: string; received: ReceivedMessage[]; chunks: Chunk[]; view: readonly Message[] }[];
	former?: readonly Former[];
	/** Everything that the server has in the end, oldest first. */
	stored: readonly Message[];
	/** The number of requests to Claude. */
	requests: number;
};

/** `lost`: acknowledged but missing. `doubled`: stored twice. `misplaced`: another place or text than reported. `wrong`: anything else. */
export type Violation = { kind: "lost" | "doubled" | "misplaced" | "wrong"; text: string };

export function check(history: History): Violation[] {
	return [
		...checkStored(history),
		...checkAcknowledged(history),
		...checkReplies(history),
		...history.clients.flatMap((client) => checkClient(client, history)),
		...(history.former ?? []).flatMap((former) => checkFormer(former, history)),
	];
}

function checkStored({ stored, sent }: History): Violation[] {
	const violations: Violation[] = [];
	stored.forEach(({ seq, id }, index) => {
		if (seq !== index + 1) violations.push({ kind: "wrong", text: `${id} has the place ${seq}, and is the ${index + 1}th` });
	});
	const users = stored.filter(({ role }) => role === "user");
	for (const [clientId, messages] of Map.groupBy(users, ({ author, clientId }) => `${author.userId} ${clientId}`))
		if (messages.length > 1) violations.push({ kind: "doubled", text: `${clientId} is stored ${messages.length} times` });
	const sentTexts = new Map(sent.map((one) => [`${one.userId} ${one.clientId}`, one.content]));
	for (const { id, author, clientId, content } of users)
		if (sentTexts.get(`${author.userId} ${clientId}`) !== content)
			violations.push({ kind: "wrong", text: `${id} was never sent with this text` });
	return violations;
}

function checkAcknowledged({ stored, acknowledged, sent }: History): Violation[] {
	const byPlace = new Map(stored.map((message) => [message.seq, message]));
	const violations = acknowledged.flatMap<Violation>(({ userId, clientId, id, seq, content }) => {
		const message = byPlace.get(seq);
		if (!message) return [{ kind: "lost", text: `${userId} ${clientId} was acknowledged at ${seq}` }];
		const isSame = message.id === id && message.clientId === clientId && message.content === content && message.author.userId === userId;
		return isSame ? [] : [{ kind: "misplaced", text: `${userId} ${clientId} was acknowledged at ${seq}, where ${message.id} is` }];
	});
	const known = new Set(acknowledged.map(({ userId, clientId }) => `${userId} ${clientId}`));
	for (const { userId, clientId, mayBeUnsent } of sent)
		if (!mayBeUnsent && !known.has(`${userId} ${clientId}`))
			violations.push({ kind: "lost", text: `${userId} ${clientId} was never acknowledged` });
	return violations;
}

/** Of one reply, if each attempt brings new text. */
const mostAttempts = 20;

function checkReplies({ stored, requests }: History): Violation[] {
	const replies = stored.filter(({ role }) => role === "assistant");
	const asked = ({ attempts = [] }: Message) => attempts.length + 1;
	const violations = replies.flatMap<Violation>((reply) => [
		...(reply.status === "streaming" ? [{ kind: "wrong" as const, text: `${reply.id} never ended` }] : []),
		...(asked(reply) > mostAttempts ? [{ kind: "wrong" as const, text: `${reply.id} was asked for ${asked(reply)} times` }] : []),
	]);
	const most = replies.reduce((sum, reply) => sum + asked(reply), 0);
	if (requests > most) violations.push({ kind: "wrong", text: `Claude was asked ${requests} times for what took ${most}` });
	return violations;
}

function checkClient({ name, received, chunks, view }: History["clients"][number], { stored }: History): Violation[] {
	const byPlace = new Map(stored.map((message) => [message.seq, message]));
	const violations: Violation[] = [];
	for (const { id, seq, content } of received) {
		const message = byPlace.get(seq);
		if (message?.id !== id || message.content !== content)
			violations.push({ kind: "misplaced", text: `${name} received ${id} at ${seq}, where ${message?.id} is` });
	}
	const byId = new Map(stored.map((message) => [message.id, message]));
	for (const { messageId, offset, chunk } of chunks) {
		const reply = byId.get(messageId);
		// If an attempt died before its last words were stored, the next one may have other words there.
		if (!reply || reply.attempts) continue;
		if (reply.content.slice(offset, offset + chunk.length) !== chunk)
			violations.push({ kind: "wrong", text: `${name} read "${chunk.slice(0, 20)}" at ${offset} of ${messageId}, which says otherwise` });
	}
	const expected = stored.slice((view[0]?.seq ?? 1) - 1);
	if (fingerprint(view) !== fingerprint(expected))
		violations.push({ kind: "misplaced", text: `${name} sees ${summaryOf(view)}, and the server has ${summaryOf(expected)}` });
	return violations;
}

function checkFormer({ name, received, chunks, until }: Former, { stored }: History): Violation[] {
	const places = new Map(stored.map(({ id, seq }) => [id, seq]));
	const read = [...received.map(({ id }) => id), ...chunks.map(({ messageId }) => messageId)];
	const first = read.find((id) => (places.get(id) ?? 0) >= until);
	return first === undefined ? [] : [{ kind: "wrong", text: `${name} received ${first}, though access ended before ${until}` }];
}

/** A key that is equal only for messages that people cannot tell apart. */
export function fingerprint(messages: readonly Message[]): string {
	return JSON.stringify(
		messages.map(({ id, seq, revision, content, status, reason, clientId, author, attempts }) => [
			[id, seq, revision, author.userId, clientId],
			[content, status, reason, attempts],
		]),
	);
}

function summaryOf(messages: readonly Message[]): string {
	const last = messages.at(-1);
	return `${messages.length} messages up to ${last?.id} (${last?.status}, revision ${last?.revision})`;
}
