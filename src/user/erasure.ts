// A person has themselves erased: which conversations have still to be gone through, kept until each is done, so that it goes on after a
// failure or the object's death. Knows nothing of what a conversation does for it.

import { limits } from "../protocol/limits.ts";

/** What has been done so far; `failed`: what could not be reached just now; `remaining`: how many are still to come, by themselves. */
export type Erased = {
	conversations: number;
	messages: number;
	reactions: number;
	deletedConversations: number;
	failed: number;
	remaining: number;
};

/** A step in one conversation; `after`: the place after which there is more to do. */
export type EraseStep = (id: string, alias: string, after: number) => Promise<Step>;
type Step = { messages: number; reactions: number; isDeleted: boolean; after?: number };

type Todo = { id: string; alias: string; after: number; tries: number };

/** Conversations that are gone through side by side. */
const abreast = 20;
/** In ms: the pause after a failure, doubled after each; and the longest. */
const pause = { first: 5_000, longest: 24 * 3600_000 };
/** How often a conversation is tried, which takes about a week. */
const mostTries = 20;

export class Erasure {
	readonly #storage: DurableObjectStorage;
	readonly #step: EraseStep;
	readonly #over: () => Promise<void>;
	readonly #alarm: { watch(): void; readonly settled: Promise<void> };
	readonly #now: () => number;
	/** When it is to go on, in ms. */
	#dueAt: number | undefined;
	#isUnderWay: boolean;
	#running: Promise<Erased> | undefined;

	/** `over`: everything is done, and nothing of it has to be kept; `alarm`: brings it back when it is due. */
	constructor(parts: {
		storage: DurableObjectStorage;
		step: EraseStep;
		over: () => Promise<void>;
		alarm: { watch(): void; readonly settled: Promise<void> };
		now: () => number;
	}) {
		this.#storage = parts.storage;
		this.#step = parts.step;
		this.#over = parts.over;
		this.#alarm = parts.alarm;
		this.#now = parts.now;
		this.#isUnderWay = this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'erasing'").toArray().length > 0;
		if (this.#isUnderWay) this.#dueAt = this.#now();
	}

	get dueAt(): number | undefined {
		return this.#dueAt;
	}

	#dueIn(wait: number): Promise<void> {
		this.#dueAt = this.#now() + wait;
		this.#alarm.watch();
		return this.#alarm.settled;
	}

	get isUnderWay(): boolean {
		return this.#isUnderWay;
	}

	/** Whether a conversation is still to be gone through: its news are none for a list. */
	covers(id: string): boolean {
		return this.#isUnderWay && this.#storage.sql.exec("SELECT 1 FROM erasing WHERE id = ?", id).toArray().length > 0;
	}

	/** Adds what is to be done. An id of its own for each conversation stands there in place of the person's, and is forgotten with the rest. */
	async begin(ids: readonly string[]): Promise<void> {
		const { sql } = this.#storage;
		sql.exec(
			"CREATE TABLE IF NOT EXISTS erasing (id TEXT PRIMARY KEY, alias TEXT NOT NULL, after INTEGER NOT NULL, tries INTEGER NOT NULL)",
		);
		sql.exec(`CREATE TABLE IF NOT EXISTS erased (one INTEGER PRIMARY KEY CHECK (one = 1), conversations INTEGER NOT NULL,
			messages INTEGER NOT NULL, reactions INTEGER NOT NULL, deleted_conversations INTEGER NOT NULL)`);
		sql.exec("INSERT OR IGNORE INTO erased VALUES (1, 0, 0, 0, 0)");
		for (const id of ids) sql.exec("INSERT OR IGNORE INTO erasing VALUES (?, ?, 0, 0)", id, `erased-${crypto.randomUUID()}`);
		this.#isUnderWay = true;
		// Should the object die under it.
		await this.#dueIn(pause.first);
	}

	/** Does as much as may be done in one go, and lets the alarm go on with the rest. */
	proceed(): Promise<Erased> {
		this.#running ??= this.#run().finally(() => {
			this.#running = undefined;
		});
		return this.#running;
	}

	async #run(): Promise<Erased> {
		const todo = this.#todo(limits.calls).values();
		const calls = { left: limits.calls };
		let failed = 0;
		const work = async () => {
			for (const one of todo) if (calls.left > 0 && !(await this.#goThrough(one, calls))) failed += 1;
		};
		await Promise.all(Array.from({ length: abreast }, work));
		const erased = { ...this.#report(), failed };
		const [next] = this.#todo(1);
		if (next) {
			const wait = next.tries === 0 ? 1_000 : Math.min(pause.longest, pause.first * 2 ** (next.tries - 1));
			await this.#dueIn(wait);
		} else {
			this.#isUnderWay = false;
			this.#dueAt = undefined;
			await this.#over();
		}
		return erased;
	}

	/** Whether it did not fail: it may have more to do, though. */
	async #goThrough(one: Todo, calls: { left: number }): Promise<boolean> {
		let after: number | undefined = one.after;
		try {
			while (after !== undefined && calls.left > 0) {
				calls.left -= 1;
				const step: Step = await this.#step(one.id, one.alias, after);
				after = step.after;
				this.#count(one.id, step);
			}
			return true;
		} catch (error) {
			console.error("A person could not be taken out of a conversation", one.id, error);
			if (one.tries + 1 < mostTries) this.#storage.sql.exec("UPDATE erasing SET tries = ? WHERE id = ?", one.tries + 1, one.id);
			else this.#storage.sql.exec("DELETE FROM erasing WHERE id = ?", one.id);
			return false;
		}
	}

	#count(id: string, { messages, reactions, isDeleted, after }: Step): void {
		const { sql } = this.#storage;
		if (after === undefined) sql.exec("DELETE FROM erasing WHERE id = ?", id);
		else sql.exec("UPDATE erasing SET after = ? WHERE id = ?", after, id);
		sql.exec(
			`UPDATE erased SET conversations = conversations + ?, messages = messages + ?, reactions = reactions + ?,
			deleted_conversations = deleted_conversations + ?`,
			after === undefined ? 1 : 0,
			messages,
			reactions,
			isDeleted ? 1 : 0,
		);
	}

	#report(): Omit<Erased, "failed"> {
		return this.#storage.sql
			.exec<Omit<Erased, "failed">>(
				`SELECT conversations, messages, reactions, deleted_conversations AS deletedConversations,
				(SELECT count(*) FROM erasing) AS remaining FROM erased`,
			)
			.one();
	}

	/** Who failed least comes first. */
	#todo(limit: number): Todo[] {
		return this.#storage.sql.exec<Todo>("SELECT * FROM erasing ORDER BY tries, id LIMIT ?", limit).toArray();
	}
}
