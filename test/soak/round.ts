// Plays one round: people, programs and Claude talk in one conversation while the network fails and the server is
// killed. Then everything heals and everybody's history is checked.

import { setTimeout as wait } from "node:timers/promises";
import { SignJWT } from "jose";
import type { Message } from "../../src/protocol/message.ts";
import { post } from "../e2e/api.ts";
import type { Product } from "../e2e/product.ts";
import type { MessagesApi } from "../support/messages-api.ts";
import { check, fingerprint, type Violation } from "./checker.ts";
import { type FaultProxy, type Faults, noFaults } from "./fault-proxy.ts";
import { type Place, Talker, Viewer } from "./participants.ts";
import type { Random } from "./random.ts";
import { type Visit, visit } from "./visits.ts";

/** The settings of a product for rounds: `startProduct(soakSettings(api.url))`. */
export const secret = "a secret for kill tests, at least 32 bytes";
export function soakSettings(messagesApiUrl: string): Record<string, string> {
	const claude = { ANTHROPIC_BASE_URL: messagesApiUrl, CLAUDE_MODEL: "scripted", REPLY_IDLE_TIMEOUT_SECONDS: "3" };
	return { JWT_SECRET: secret, GUEST_SIGN_IN: "on", SEND_BURST: "10000", SEND_PER_SECOND: "1000", ...claude };
}

/** `isCrowd`: more people take part, so that most of them are at relays where a conversation has some. */
export type Stand = { product: Product; proxy: FaultProxy; api: MessagesApi; random: Random; isCrowd?: boolean };

export type Result = {
	kills: number;
	acknowledged: number;
	replies: number;
	/** Replies that continued after a failure. */
	continued: number;
	/** The most requests to Claude for one reply. */
	mostAttempts: number;
	/** Guests who came for a moment and were removed, or signed out. */
	visits: Record<Visit["end"], number>;
	/** How often somebody came in, and how often relays held people then. */
	joins: { all: number; besideRelays: number };
	/** The most people who were at relays at once, at least. */
	mostAtRelays: number;
	violations: Violation[];
};

/** The time limit for all clients to agree again, in ms. */
const healsWithin = 180_000;

const faults: Faults = { cut: 0.004, lose: 0.002, double: 0.02, delay: 60 };

/** Questions: some replies are slow enough to be killed, some fail by themselves. */
const questions = [
	{ tokens: 200, perSecond: 100 },
	{ tokens: 60, perSecond: 200 },
	{ tokens: 400, perSecond: 400, thinking: 3 },
	{ fault: "eof", after: 30, perSecond: 100 },
	{ fault: "cut", after: 20, perSecond: 100 },
	{ fault: "overloaded", times: 1, retryAfter: 0 },
	{ fault: "error-event", after: 10, perSecond: 100 },
];

export function tokenOf(userId: string): Promise<string> {
	return new SignJWT({ name: userId, conversations: ["*"] })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setExpirationTime("12h")
		.sign(new TextEncoder().encode(secret));
}

/** Breaks things for `seconds`, with `kills` of the server, before everything heals. */
export async function playRound(
	{ product, proxy, api, random, isCrowd = false }: Stand,
	{ seconds, kills }: { seconds: number; kills: number },
): Promise<Result> {
	await fetch(`${api.url}/reset`, { method: "POST" });
	const conversationId = (await post(product.url, "/conversations", await tokenOf("ann"))).conversation.id;
	const placeOf = async (userId: string): Promise<Place> => ({
		proxyUrl: proxy.url,
		conversationId,
		userId,
		token: await tokenOf(userId),
		random,
	});
	const { invite } = await post(product.url, `/conversations/${conversationId}/invites`, await tokenOf("ann"));
	const programs = ["ann", "bob", "eve", ...(isCrowd ? ["dan", "fay", "gil", "hal"] : [])];
	const pages = ["bob", "zoe", ...(isCrowd ? ["ida", "jim"] : [])];
	const talkers = (await Promise.all(programs.map(placeOf))).map((place) => new Talker(place));
	const viewers = (await Promise.all(pages.map(placeOf))).map((place) => new Viewer(place));

	proxy.faults = faults;
	const until = Date.now() + seconds * 1000;
	const killing = (async () => {
		for (let killed = 0; killed < kills; killed++) {
			await wait((seconds * 1000) / (kills + 1) + random.below(500));
			await product.crash();
		}
	})();
	const isOver = () => Date.now() >= until;
	const visiting = visitAfterVisit({ url: product.url, proxyUrl: proxy.url, conversationId, invite: invite.token, random }, isOver);
	for (let turn = 0; !isOver(); turn++) {
		act(turn, talkers, viewers, random);
		if (random.chance(0.001)) proxy.cutAll();
		await wait(random.below(60));
	}
	await killing;
	const visits = await visiting;
	proxy.faults = noFaults;

	const stored = await heal(product, conversationId, talkers, viewers);
	const violations = stored
		? check({
				sent: [
					...[...talkers, ...viewers].flatMap(({ sent }) => sent),
					...visits.flatMap(({ sent, talker }) => [sent, ...talker.sent.map((one) => ({ ...one, mayBeUnsent: true }))]),
				],
				acknowledged: [
					...[...talkers, ...viewers].flatMap(({ acknowledged }) => acknowledged),
					...visits.flatMap(({ after, talker }) => [after, ...talker.acknowledged]),
				],
				former: visits.map(({ after, talker: { name, notes } }) => ({ ...notes, name, until: after.seq })),
				clients: [
					...viewers.map(({ name, notes, view }) => ({ name, ...notes, view })),
					...[...talkers, ...visits.map(({ talker }) => talker)].map(({ name, notes }) => ({ name, ...notes, view: stored })),
				],
				stored,
				requests: api.requests.length,
			})
		: [{ kind: "lost" as const, text: "They were not of one mind again in time" }];
	for (const participant of [...talkers, ...viewers]) participant.close();
	const notes = [...talkers, ...viewers, ...visits.map(({ talker }) => talker)].map(({ notes }) => notes);
	const ended = (by: Visit["end"]) => visits.filter(({ end }) => end === by).length;
	const attempts = (stored ?? []).filter(({ role }) => role === "assistant").map(({ attempts = [] }) => attempts.length + 1);
	return {
		kills,
		acknowledged: talkers.reduce((sum, { acknowledged }) => sum + new Set(acknowledged.map(({ clientId }) => clientId)).size, 0),
		replies: attempts.length,
		continued: attempts.filter((count) => count > 1).length,
		mostAttempts: Math.max(0, ...attempts),
		visits: { removed: ended("removed"), "signed out": ended("signed out") },
		joins: {
			all: notes.reduce((sum, { joins }) => sum + joins.all, 0),
			besideRelays: notes.reduce((sum, { joins }) => sum + joins.besideRelays, 0),
		},
		mostAtRelays: Math.max(...notes.map(({ mostAtRelays }) => mostAtRelays)),
		violations,
	};
}

/** Three guests at a time come and go, until the time is over. */
async function visitAfterVisit(place: Omit<Parameters<typeof visit>[0], "owner">, isOver: () => boolean): Promise<Visit[]> {
	const owner = await tokenOf("ann");
	const visits: Visit[] = [];
	let nth = 0;
	const comeAndGo = async () => {
		while (!isOver()) {
			const made = await visit({ ...place, owner }, nth++, isOver);
			if (made) visits.push(made);
		}
	};
	await Promise.all([comeAndGo(), comeAndGo(), comeAndGo()]);
	return visits;
}

function act(turn: number, talkers: Talker[], viewers: Viewer[], random: Random): void {
	const talker = talkers[random.below(talkers.length)] as Talker;
	const viewer = viewers[random.below(viewers.length)] as Viewer;
	const question = () => `@claude ${turn} !${JSON.stringify(questions[random.below(questions.length)])}`;
	const chance = random.next();
	if (chance < 0.6) for (let burst = 0; burst < 5; burst++) talker.say(`${turn}-${burst}`, `${talker.name} says ${turn} ${burst}`);
	else if (chance < 0.85) viewer.say(`${viewer.name} says ${turn}`);
	else if (chance < 0.93) talker.say(`ask-${turn}`, question());
	else if (chance < 0.98) viewer.say(question());
	else talker.stopReply();
}

/** Returns all messages once everything is sent, no reply runs and every page agrees; `undefined` if that takes too long. */
async function heal(product: Product, conversationId: string, talkers: Talker[], viewers: Viewer[]): Promise<Message[] | undefined> {
	const until = Date.now() + healsWithin;
	let before = "";
	while (Date.now() < until) {
		if ([...talkers, ...viewers].every(({ isIdle }) => isIdle)) {
			const stored = await allMessages(product, conversationId);
			const now = fingerprint(stored);
			const isQuiet = now === before && !stored.some(({ status }) => status === "streaming");
			const isSeen = viewers.every(({ view }) => fingerprint(view) === fingerprint(stored.slice((view[0]?.seq ?? 1) - 1)));
			if (isQuiet && isSeen) return stored;
			before = now;
		}
		await wait(300);
	}
	return undefined;
}

async function allMessages(product: Product, conversationId: string): Promise<Message[]> {
	const authorization = `Bearer ${await tokenOf("ann")}`;
	const pages: Message[][] = [];
	for (let before = Number.MAX_SAFE_INTEGER; ; ) {
		const address = `${product.url}/api/conversations/${conversationId}/messages?limit=200&before=${Math.min(before, 1e15 - 1)}`;
		const page = (await (await fetch(address, { headers: { authorization } })).json()) as { messages: Message[]; hasMore: boolean };
		pages.unshift(page.messages);
		if (!page.hasMore) return pages.flat();
		before = page.messages[0]?.seq ?? 0;
	}
}
