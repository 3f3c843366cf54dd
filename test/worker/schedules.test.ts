// Everybody reads the same messages in the same order: random schedules of people, network failures, and sleeps and crashes of the server
// run through the real Worker and its objects. In the end every page shows what the server has stored.
//   SCHEDULES=7 npx vitest run --project worker schedules      runs the schedule of this seed; 9-200 runs all of these

import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { check, fingerprint, type ReceivedMessage } from "../soak/checker.ts";
import { evict } from "../support/evict.ts";
import { allowLog } from "../support/log.ts";
import { Page } from "../support/page.ts";
import { scripted, unlimitedSends, withSettings } from "../support/settings.ts";
import { call, newConversation, tokenOf } from "../support/socket.ts";
import { inWords, type Schedule, type Step, scheduleOf } from "./schedule.ts";

const [first = 1, last = first] = inject("schedules").split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** In ms: how long to wait for chunks of a reply, which may never come, and for everything to settle. */
const timeouts = { parts: 100, quiet: 60_000 };

withSettings({ ...scripted, ...unlimitedSends });
// Some replies fail, as the schedule says.
allowLog(/Claude failed/);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The refusals that may happen: an id sent with another text, a reply that is no longer the last one, a deleted message, a running reply. */
const expected = new Set(["conflict", "bad_event", "not_found", "being_answered"]);

/** Events that no socket of a page may get. */
function anomaliesOf({ records, sent }: Page, hasOneAttempt: (messageId: string) => boolean): string[] {
	const own = new Set(sent.map(({ clientId }) => clientId));
	return records.flatMap(({ clientIds, refusals, anomalies }) => [
		...anomalies.filter(({ messageId }) => hasOneAttempt(messageId)).map(({ text }) => text),
		...clientIds.filter((id, index) => !own.has(id) && clientIds.indexOf(id) < index).map((id) => `${id} was received twice`),
		...refusals.filter((code) => !expected.has(code)).map((code) => `unexpected refusal: ${code}`),
	]);
}

class Play {
	readonly #schedule: Schedule;
	readonly #id: string;
	readonly #pages: Page[];
	/** The steps so far. */
	readonly played: string[] = [];
	readonly #retried = new Set<string>();

	constructor(schedule: Schedule, id: string, pages: Page[]) {
		this.#schedule = schedule;
		this.#id = id;
		this.#pages = pages;
	}

	async step(step: Step): Promise<void> {
		const isDone = await this.#do(step);
		this.played.push(inWords(step, this.#schedule) + (isDone ? "" : " (in vain)"));
	}

	async #do(step: Step): Promise<boolean> {
		const page = this.#pages["page" in step ? step.page : 0] as Page;
		switch (step.do) {
			case "say":
				page.say(step.text);
				return true;
			case "repeat":
				return page.resend(step.nth);
			case "contradict":
				return page.resendOtherText(step.nth);
			case "edit":
				return page.edit(step.nth);
			case "delete":
				return page.delete(step.nth);
			case "react":
				return page.react(step.nth, step.emoji, step.on);
			case "listen":
				return this.#listen(step.parts);
			case "stop":
				return page.stopReply();
			case "retry": {
				const messageId = page.retryReply();
				if (messageId !== undefined) this.#retried.add(messageId);
				return messageId !== undefined;
			}
			case "cut":
				page.cut();
				return true;
			case "leave":
				page.disconnect();
				return true;
			case "come back":
				page.reconnect();
				return true;
			case "sleep":
				return this.#evict("hibernate");
			case "evict":
				return this.#evict("close");
			case "crash":
				await abortAllDurableObjects();
				return true;
			default:
				return step satisfies never;
		}
	}

	async #evict(webSockets: "hibernate" | "close"): Promise<boolean> {
		try {
			await evict(env.CONVERSATIONS.getByName(this.#id), { webSockets });
			return true;
		} catch (error) {
			// It is asleep already.
			if (String(error).includes("not currently running")) return false;
			throw error;
		}
	}

	async #listen(parts: number): Promise<boolean> {
		const received = () => this.#pages.reduce((sum, { records }) => sum + records.reduce((all, { chunks }) => all + chunks.length, 0), 0);
		const before = received();
		for (const until = Date.now() + timeouts.parts; Date.now() < until; await pause(5)) if (received() >= before + parts) return true;
		return false;
	}

	/** Reconnects everybody and waits until every page shows what the server has, to the last field. Returns what it has. */
	async heal(): Promise<Message[]> {
		for (const page of this.#pages) if (!page.isConnected) page.reconnect();
		this.#expectToShow(await this.#quiet());
		for (const page of this.#pages) page.reconnect();
		const stored = await this.#quiet();
		this.#expectToShow(stored);
		return stored;
	}

	#expectToShow(stored: Message[]): void {
		for (const { name, transcript } of this.#pages) expect([name, transcript.messages]).toEqual([name, stored]);
	}

	async #quiet(): Promise<Message[]> {
		let differs = "";
		for (const until = Date.now() + timeouts.quiet; Date.now() < until; await pause(20)) {
			const stored = await this.#stored();
			const restless = this.#pages.find(
				({ isConnected, transcript, awaitedAnswers }) => !isConnected || transcript.outgoing.length > 0 || awaitedAnswers.size > 0,
			);
			const other = this.#pages.find(({ transcript }) => fingerprint(transcript.messages) !== fingerprint(stored));
			if (!restless && !other && !stored.some(({ status }) => status === "streaming")) return stored;
			const behind = restless ?? other;
			differs = behind
				? `${behind.name} waits for ${[...behind.awaitedAnswers]}, shows ${fingerprint(behind.transcript.messages)},\nand the server has ${fingerprint(stored)}.`
				: "";
		}
		throw new Error(`The pages and the server did not converge.\n${differs}`);
	}

	async #stored(): Promise<Message[]> {
		const { messages, hasMore } = (await call("GET", `/conversations/${this.#id}/messages?limit=200`, await tokenOf("ann"))).body;
		expect(hasMore).toBe(false);
		return messages;
	}

	/**
	 * The broken promises. A reply that was regenerated or interrupted may have had other words before, so only its end is checked. An
	 * edited or deleted message is checked with its first text.
	 */
	violations(stored: Message[]): string[] {
		const sent = this.#pages.flatMap((page) => page.sent);
		const changed = new Set(stored.filter(({ editedAt, deletedAt }) => editedAt ?? deletedAt).map(({ id }) => id));
		const words = new Map(sent.map(({ clientId, content }) => [clientId, content]));
		const asSent = <T extends ReceivedMessage>(one: T): T =>
			changed.has(one.id) ? { ...one, content: words.get(one.clientId ?? "") ?? "" } : one;
		const hasOneAttempt = (id: string) => !this.#retried.has(id) && !stored.some((message) => message.id === id && message.attempts);
		const clients = this.#pages.flatMap(({ name, records, transcript }) =>
			records.map(({ received, chunks }) => ({
				name,
				received: received.filter(({ id }) => !this.#retried.has(id)).map(asSent),
				chunks: chunks.filter(({ messageId }) => hasOneAttempt(messageId)),
				view: transcript.messages.map(asSent),
			})),
		);
		const acknowledged = this.#pages.flatMap((page) => page.acknowledged).map(asSent);
		return [
			// The soak test counts the requests to Claude.
			...check({ sent, acknowledged, clients, stored: stored.map(asSent), requests: 0 }).map(({ text }) => text),
			...(new Set(stored.map(({ revision }) => revision)).size < stored.length ? ["two messages have the same revision"] : []),
			...this.#pages.flatMap((page) => anomaliesOf(page, hasOneAttempt).map((text) => `${page.name}: ${text}`)),
		];
	}

	stop(): void {
		for (const page of this.#pages) page.stop();
	}
}

async function begin(schedule: Schedule): Promise<Play> {
	const [owner, ...others] = [...new Set(schedule.pages.map(({ userId }) => userId))];
	const id = await newConversation(owner as string, others);
	return new Play(schedule, id, await Promise.all(schedule.pages.map(({ name, userId }) => Page.of(name, userId, id))));
}

describe("a random schedule of people, network failures and server failures", () => {
	it.each(seeds)("leaves every page with the server's state, seed %i", { timeout: 240_000 }, async (seed) => {
		const schedule = scheduleOf(seed);
		const play = await begin(schedule);
		try {
			for (const step of schedule.steps) await play.step(step);
			expect(play.violations(await play.heal())).toEqual([]);
		} catch (error) {
			throw new Error(`Seed ${seed} did this:\n${play.played.join("\n")}\n\n${error}`, { cause: error });
		} finally {
			play.stop();
		}
	});

	it("is the same for the same seed", () => {
		expect(scheduleOf(1)).toEqual(scheduleOf(1));
		expect(scheduleOf(1)).not.toEqual(scheduleOf(2));
	});
});
