// The jobs that have voice messages written down: whose turn it is, what is reserved for each try, and how long Claude waits.

import { describe, expect, it } from "vitest";
import { Transcripts } from "../../../src/conversation/voice/transcripts.ts";
import { fileLimits } from "../../../src/protocol/files/limits.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { ann, bob, inConversation, settled, type TestConversation } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

type Heard = { text: string; seconds: number | undefined };
const waveform = Array<number>(fileLimits.waveform.bars).fill(3);
const file = (id: string) => ({ id, name: "voice.webm", type: "audio/webm", size: 100, durationMs: 4_000, waveform });
const failure = (what: object) => Object.assign(new Error("failed"), what);

/** The transcripts of a conversation, whose service answers when the test says so. The bytes of a file are its id. */
class Harness {
	readonly transcripts: Transcripts;
	readonly conversation: TestConversation;
	/** Recordings that the service listens to, in order. */
	readonly asked: string[] = [];
	readonly #answers = new Map<string, PromiseWithResolvers<Heard>>();
	#waiting: { condition: () => boolean; resolve: () => void }[] = [];
	/** What was reserved and settled, in order. */
	readonly counted: string[] = [];
	reserved: "reserved" | "busy" | "full" = "reserved";
	mayNotSettle = false;
	/** How often a try was to be reserved. */
	wished = 0;
	/** How often questions were asked that waited. */
	heard = 0;
	now = 1_000_000;
	/** Where everybody is, and where tries were reserved and settled. */
	network: string | undefined;
	readonly networks: string[] = [];

	constructor(conversation: TestConversation, storage: DurableObjectStorage) {
		this.conversation = conversation;
		conversation.now = this.now;
		this.transcripts = new Transcripts({
			sql: storage.sql,
			store: conversation.store,
			clients: conversation.clients,
			lists: { skipRevision: () => {} },
			bytes: {
				sizes: async (ids) => Object.fromEntries(ids.map((id) => [id, 100])),
				open: async (id) => new Response(id).body as ReadableStream<Uint8Array>,
			},
			transcribe: async ({ bytes }) => {
				const id = new TextDecoder().decode(bytes);
				this.asked.push(id);
				this.#happened();
				return this.answer(id).promise;
			},
			locate: (by) => ({ ...by, network: this.network }),
			reserve: async ({ network }, { fileId, seconds }) => {
				if (network) this.networks.push(network);
				this.wished += 1;
				if (this.reserved === "reserved") this.counted.push(`${fileId} ${seconds}`);
				this.#happened();
				return this.reserved;
			},
			settle: async ({ network }, fileId, seconds) => {
				if (this.mayNotSettle) throw new Error("The purse is away");
				if (network && seconds !== undefined) this.networks.push(network);
				this.counted.push(`${fileId} was ${seconds}`);
				this.#happened();
			},
			heard: () => {
				this.heard += 1;
				this.#happened();
			},
			alarm: { bringForward: () => {}, settled: Promise.resolve() },
			now: () => this.now,
		});
	}

	send(author: Person, ...ids: string[]): number {
		const said = { author, content: "", asksClaude: true, files: ids.map(file) };
		const message = this.conversation.store.log.addMessage(said, this.now);
		this.transcripts.add(message);
		return message.seq;
	}

	answer(id: string): PromiseWithResolvers<Heard> {
		const answer = this.#answers.get(id) ?? Promise.withResolvers<Heard>();
		this.#answers.set(id, answer);
		return answer;
	}

	/** The next try has an answer of its own. */
	fail(id: string, what: object): void {
		const answer = this.answer(id);
		this.#answers.delete(id);
		answer.reject(failure(what));
	}

	say(id: string, seconds?: number): void {
		this.answer(id).resolve({ text: `${id} said`, seconds });
	}

	#happened(): void {
		for (const { condition, resolve } of this.#waiting) if (condition()) resolve();
	}

	/** Resolves once the service has been asked so often, and so many tries are over. */
	async until({ asked = 0, heard = 0, wished = 0 }): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const condition = () => this.asked.length >= asked && this.heard >= heard && this.wished >= wished;
		this.#waiting.push({ condition, resolve });
		this.#happened();
		await promise;
		await settled();
	}

	written(): (string | undefined)[] {
		const { messages } = this.conversation.store.reader.page(Number.MAX_SAFE_INTEGER, 50);
		return messages.flatMap(({ files = [] }) => files.map(({ transcript }) => transcript));
	}

	async later(ms: number): Promise<void> {
		this.now += ms;
		await this.transcripts.runDue();
	}
}

/** Runs a test with the transcripts of a conversation. */
const withTranscripts = (test: (harness: Harness) => Promise<void>) =>
	inConversation((conversation, { storage }) => test(new Harness(conversation, storage)));

describe("turns", () => {
	it("the files of one person are heard one after another, and those of others meanwhile", () =>
		withTranscripts(async (voices) => {
			voices.send(ann, "a1", "a2");
			voices.send(ann, "a3");
			voices.send(bob, "b1");
			await voices.until({ asked: 2 });
			expect(voices.asked).toEqual(["a1", "b1"]);
			voices.say("b1");
			voices.say("a1");
			voices.say("a2");
			voices.say("a3");
			await voices.until({ heard: 4 });
			expect(voices.asked).toEqual(["a1", "b1", "a2", "a3"]);
			expect(voices.written()).toEqual(["a1 said", "a2 said", "a3 said", "b1 said"]);
		}));

	it("a voice message does not wait for older ones that are tried again", () =>
		withTranscripts(async (voices) => {
			expectLog(/was not written down/);
			voices.send(ann, "a1");
			await voices.until({ asked: 1 });
			voices.fail("a1", {});
			await voices.until({ heard: 1 });
			const again = voices.later(6_000);
			await voices.until({ asked: 2 });
			voices.send(bob, "b1");
			voices.say("b1");
			await voices.until({ heard: 2 });
			expect(voices.written()).toEqual([undefined, "b1 said"]);
			voices.say("a1");
			await again;
			expect(voices.written()).toEqual(["a1 said", "b1 said"]);
		}));

	it("a service that takes too long keeps nobody waiting who waits for their turn", () =>
		withTranscripts(async (voices) => {
			expectLog(/was not written down/);
			voices.send(ann, "a1");
			voices.send(ann, "a2");
			voices.send(ann, "a3");
			await voices.until({ asked: 1 });
			voices.fail("a1", { isSlow: true });
			await voices.until({ heard: 3 });
			expect(voices.asked).toEqual(["a1"]);
			expect(voices.transcripts.isHeldBack(0)).toBe(false);
		}));

	it("the others of a message are written down if its first file never is", () =>
		withTranscripts(async (voices) => {
			expectLog(/was not written down/);
			voices.send(ann, "a1", "a2");
			await voices.until({ asked: 1 });
			voices.say("a2");
			voices.fail("a1", {});
			await voices.until({ heard: 2 });
			expect(voices.written()).toEqual([undefined, "a2 said"]);
		}));

	it("a person who is heard in another conversation is heard here later", () =>
		withTranscripts(async (voices) => {
			voices.reserved = "busy";
			voices.send(ann, "a1");
			await voices.until({ wished: 1 });
			// More often than a job is tried that fails.
			for (let n = 0; n < 9; n++) await voices.later(3_000);
			expect([voices.wished, voices.asked]).toEqual([10, []]);
			voices.reserved = "reserved";
			voices.say("a1");
			await voices.later(3_000);
			expect(voices.written()).toEqual(["a1 said"]);
		}));
});

describe("what is reserved", () => {
	it("is settled by what the service says", () =>
		withTranscripts(async (voices) => {
			voices.send(ann, "a1");
			voices.say("a1", 3_600);
			await voices.until({ heard: 1 });
			expect(voices.counted).toEqual(["a1 4", "a1 was 3600"]);
		}));

	it("is settled later if it cannot be at once, and the file is not heard again", () =>
		withTranscripts(async (voices) => {
			expectLog(/was not written down/);
			voices.mayNotSettle = true;
			voices.send(ann, "a1");
			voices.say("a1", 3_600);
			await voices.until({ heard: 2 });
			expect(voices.written()).toEqual(["a1 said"]);
			voices.mayNotSettle = false;
			await voices.later(30_000);
			expect(voices.counted).toEqual(["a1 4", "a1 was 3600"]);
			expect(voices.asked).toEqual(["a1"]);
		}));

	it("stays for each try, unless the service refused to listen", () =>
		withTranscripts(async (voices) => {
			expectLog(/was not written down/, /was not written down/);
			voices.send(ann, "a1");
			await voices.until({ asked: 1 });
			voices.fail("a1", {});
			await voices.until({ heard: 1 });
			const second = voices.later(6_000);
			await voices.until({ asked: 2 });
			voices.fail("a1", { isRefused: true });
			await second;
			const third = voices.later(60_000);
			await voices.until({ asked: 3 });
			voices.say("a1", 4);
			await third;
			expect(voices.counted).toEqual(["a1 4", "a1 was undefined", "a1 4", "a1 was 0", "a1 4", "a1 was 4"]);
		}));

	it("is made no third time for a file that takes too long", () =>
		withTranscripts(async (voices) => {
			expectLog(/cannot be written down/);
			voices.send(ann, "a1");
			await voices.until({ asked: 1 });
			voices.fail("a1", { isSlow: true });
			await voices.until({ heard: 1 });
			const second = voices.later(60_000);
			await voices.until({ asked: 2 });
			voices.fail("a1", { isSlow: true });
			await second;
			await voices.later(3_600_000);
			expect(voices.counted).toEqual(["a1 4", "a1 was undefined", "a1 4", "a1 was undefined"]);
		}));
});

it("a guest's network is not stored, whatever becomes of the job", () =>
	inConversation(async (conversation, { storage }) => {
		expectLog(/was not written down/, /was not written down/);
		const voices = new Harness(conversation, storage);
		const rows = () => storage.sql.exec<{ data: string }>("SELECT data FROM jobs").toArray();
		voices.network = "192.0.2.1";
		voices.send(ann, "a1");
		await voices.until({ asked: 1 });
		expect(rows()).toEqual([{ data: expect.not.stringContaining("192.0.2.1") }]);
		voices.fail("a1", {});
		await voices.until({ heard: 1 });
		expect(rows()).toEqual([{ data: expect.not.stringContaining("192.0.2.1") }]);
		voices.mayNotSettle = true;
		voices.say("a1", 4);
		await voices.later(6_000);
		expect(rows()).toEqual([{ data: expect.stringMatching(/^(?!.*192).*owed/) }]);
		// Where they are by then.
		voices.network = "192.0.2.2";
		voices.mayNotSettle = false;
		await voices.later(30_000);
		expect([rows(), voices.networks]).toEqual([[], ["192.0.2.1", "192.0.2.1", "192.0.2.2"]]);
	}));

describe("Claude", () => {
	it("waits until all that was spoken after its last reply is written down", () =>
		withTranscripts(async (voices) => {
			const first = voices.send(ann, "a1");
			const second = voices.send(bob, "b1");
			expect(voices.transcripts.isHeldBack(first - 1)).toBe(true);
			voices.say("a1");
			await voices.until({ heard: 1 });
			expect(voices.transcripts.isHeldBack(first - 1)).toBe(true);
			expect(voices.transcripts.isHeldBack(second)).toBe(false);
			voices.say("b1");
			await voices.until({ heard: 2 });
			expect(voices.transcripts.isHeldBack(first - 1)).toBe(false);
		}));

	it("waits no longer than a minute for all of them, and is asked then", () =>
		withTranscripts(async (voices) => {
			const seq = voices.send(ann, "a1");
			expect(voices.transcripts.isHeldBack(seq - 1)).toBe(true);
			voices.now += 40_000;
			voices.send(bob, "b1");
			expect(voices.transcripts.isHeldBack(seq - 1)).toBe(true);
			expect(voices.transcripts.dueAt).toBe(voices.now + 20_000);
			await voices.later(20_000);
			expect(voices.heard).toBe(1);
			expect(voices.transcripts.isHeldBack(seq - 1)).toBe(false);
			voices.say("a1");
			voices.say("b1");
			await voices.until({ heard: 3 });
		}));
});

it("a job of an earlier release, about all files of a message, is taken up", () =>
	inConversation(async (conversation, { storage }) => {
		const files = ["a1", "a2", "a3"].map(file);
		const message = conversation.store.log.addMessage({ author: ann, content: "", asksClaude: true, files }, conversation.now);
		const data = JSON.stringify({ messageId: message.id, counted: ["a1"], omitted: ["a3"] });
		storage.sql.exec("INSERT INTO jobs (queue, key, tries, due_at, data) VALUES ('transcripts', ?, 1, 0, ?)", String(message.seq), data);
		const voices = new Harness(conversation, storage);
		voices.say("a1");
		voices.say("a2");
		expect(voices.transcripts.isHeldBack(0)).toBe(true);
		await voices.later(1);
		await voices.until({ heard: 3 });
		expect(voices.written()).toEqual(["a1 said", "a2 said", undefined]);
		expect(storage.sql.exec("SELECT key FROM jobs").toArray()).toEqual([]);
		expect(voices.transcripts.isHeldBack(0)).toBe(false);
	}));
