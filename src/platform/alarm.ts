// The one alarm of an object, shared by everything that has a due time: a task that is taken up again if the object dies, and
// whatever else names its time. Setting an alarm writes a row, so it is left alone if it fires early enough. Must not know
// what happens when it fires.

/** The part of an object's storage that the alarm needs. */
type Storage = Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;

/** The part of the alarm that work with a due time of its own needs. */
export type SharedAlarm = Pick<Alarm, "bringForward" | "settled">;

/** In ms. With `least`, a wrong time cannot make it fire in a loop. Dates cannot hold every time: `most` is one they can. */
const delay = { least: 1_000, most: 30 * 24 * 3600_000 };
/** In ms. An alarm that fires earlier than it has to is left alone for so long: moving it would write a row. */
const early = 30_000;

export class Alarm {
	readonly #storage: Storage;
	readonly #dueTimes: () => (number | undefined)[];
	readonly #now: () => number;
	/** When the task is to be taken up again, in ms. */
	#task: number | undefined;
	/** When the alarm fires; `undefined` until that is known. */
	#firesAt: number | null | undefined;
	#setting: Promise<void> = Promise.resolve();

	/** `dueTimes`: when other work is due, in ms, such as the next sign-in that expires. */
	constructor(parts: { storage: Storage; dueTimes: () => (number | undefined)[]; now: () => number }) {
		this.#storage = parts.storage;
		this.#dueTimes = parts.dueTimes;
		this.#now = parts.now;
	}

	/** Takes up the task at this time, in ms. */
	set(at: number): void {
		this.#task = at;
		this.#update(false);
	}

	/** There is no task any more. */
	clear(): void {
		this.#task = undefined;
		this.#update(true);
	}

	/** To be called when other work may be due earlier than before. */
	bringForward(): void {
		this.#update(false);
	}

	/** Does everything that is due now that the alarm has fired. If that fails, the platform tries it again a few times. */
	async handle(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			// Whatever is due next sets it anew: the platform may have given up by then.
			this.#firesAt = null;
			throw error;
		}
		this.fired();
	}

	/** To be called when the alarm has fired, or was deleted. */
	fired(): void {
		this.#firesAt = null;
		if (this.#task !== undefined && this.#task <= this.#now()) this.#task = undefined;
		this.#update(true);
	}

	/** Resolves when the alarm is stored as it was last asked for. */
	get settled(): Promise<void> {
		return this.#setting;
	}

	/** With `isExact`, the alarm is also moved to a much later time, or deleted. */
	#update(isExact: boolean): void {
		this.#setting = this.#setting
			.then(() => this.#store(isExact))
			.catch((error) => {
				this.#firesAt = undefined;
				console.error("The alarm could not be set", error);
			});
	}

	async #store(isExact: boolean): Promise<void> {
		if (this.#firesAt === undefined) this.#firesAt = await this.#storage.getAlarm();
		const dueAt = this.#nextDue();
		if (dueAt === this.#firesAt) return;
		if (!isExact && dueAt === null) return;
		const isEnough = dueAt !== null && this.#firesAt !== null && this.#firesAt <= dueAt;
		if (isEnough && (!isExact || dueAt - (this.#firesAt as number) <= early)) return;
		this.#firesAt = dueAt;
		if (dueAt === null) await this.#storage.deleteAlarm();
		else await this.#storage.setAlarm(dueAt);
	}

	/** Rounded up to full seconds, so that many sign-ins that expire at about the same time fire it once. */
	#nextDue(): number | null {
		const times = [this.#task, ...this.#dueTimes()].filter((at) => at !== undefined);
		if (times.length === 0) return null;
		const now = this.#now();
		const at = Math.min(now + delay.most, Math.max(now + delay.least, Math.min(...times)));
		return Math.ceil(at / 1000) * 1000;
	}
}
