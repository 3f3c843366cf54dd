// The one alarm that an object has, shared by all that may be due: a task that is to be looked after should the object die under it, and
// whatever else names its time. Setting it is paid for, so it is left alone where it rings early enough. Knows nothing of what happens when it rings.

/** As much of an object's storage as it needs. */
type Storage = Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;

/** Never sooner than after `least`, so that no mistake in a time makes it ring for ever; and no later than `most`, which every date can tell. In ms. */
const delay = { least: 1_000, most: 30 * 24 * 3600_000 };

export class Alarm {
	readonly #storage: Storage;
	readonly #dues: () => (number | undefined)[];
	readonly #now: () => number;
	/** When the task is to be looked after, in ms. */
	#task: number | undefined;
	/** When it rings; `undefined` until that is known. */
	#rings: number | null | undefined;
	#setting: Promise<void> = Promise.resolve();

	/** `dues`: when other things are due, in ms, such as the end of the first sign-in here. */
	constructor(parts: { storage: Storage; dues: () => (number | undefined)[]; now: () => number }) {
		this.#storage = parts.storage;
		this.#dues = parts.dues;
		this.#now = parts.now;
	}

	/** The task is to be looked after at this time. */
	set(at: number): void {
		this.#task = at;
		this.#settle(false);
	}

	/** There is no task to be looked after. */
	clear(): void {
		this.#task = undefined;
		this.#settle(true);
	}

	/** Something may be due sooner than the alarm rings. */
	watch(): void {
		this.#settle(false);
	}

	/** It has rung, and what was due has been done. */
	rang(): void {
		this.#rings = null;
		if (this.#task !== undefined && this.#task <= this.#now()) this.#task = undefined;
		this.#settle(true);
	}

	/** Resolves when it stands as was last asked for. */
	get settled(): Promise<void> {
		return this.#setting;
	}

	/** `isExact`: also later than it stands, or not at all. */
	#settle(isExact: boolean): void {
		this.#setting = this.#setting.then(() => this.#arm(isExact)).catch((error) => console.error("The alarm could not be set", error));
	}

	async #arm(isExact: boolean): Promise<void> {
		if (this.#rings === undefined) this.#rings = await this.#storage.getAlarm();
		const due = this.#due();
		if (due === this.#rings) return;
		if (!isExact && (due === null || (this.#rings !== null && this.#rings <= due))) return;
		this.#rings = due;
		if (due === null) await this.#storage.deleteAlarm();
		else await this.#storage.setAlarm(due);
	}

	/** Rounded up to full seconds: many sign-ins that end at about the same time make it ring once. */
	#due(): number | null {
		const times = [this.#task, ...this.#dues()].filter((at) => at !== undefined);
		if (times.length === 0) return null;
		const now = this.#now();
		const at = Math.min(now + delay.most, Math.max(now + delay.least, Math.min(...times)));
		return Math.ceil(at / 1000) * 1000;
	}
}
