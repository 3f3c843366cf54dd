// What somebody has set for themselves: kept on this device, and with their account for their other ones. Pure but for what it is given.

import * as v from "valibot";
import type { PersonalSettings } from "../../../src/protocol/me.ts";
import { skinTones } from "../emoji/skinTone.ts";
import { languages } from "../languages/language.ts";

const schema = v.object({
	theme: v.fallback(v.picklist(["system", "light", "dark"]), "system"),
	language: v.fallback(v.picklist(["system", ...languages]), "system"),
	/** Whether a letter or a sign alone does something, outside of fields. */
	letterKeys: v.fallback(v.boolean(), true),
	/** Else it makes a new line, and sends together with Ctrl or ⌘. */
	enterSends: v.fallback(v.boolean(), true),
	/** Of emoji that show people. */
	skinTone: v.fallback(v.optional(v.picklist(skinTones)), undefined),
	/** What one is told of while one looks elsewhere, on a device that allows it. */
	notifications: v.fallback(v.picklist(["off", "mentions", "all"]), "mentions"),
});

export type Preferences = v.InferOutput<typeof schema>;
export type Theme = Preferences["theme"];

export type PreferencesOptions = {
	/** What was kept on this device. */
	read(): string | null;
	keep(text: string): void;
	/** Whether the account has it now. */
	send(change: Partial<Preferences>): Promise<boolean>;
};

export class PreferencesStore {
	readonly #options: PreferencesOptions;
	readonly #listeners = new Set<() => void>();
	#state: Preferences;
	/** Set here, and not known to be with the account. */
	#unsent: Partial<Preferences>;
	#isSending = false;

	constructor(options: PreferencesOptions) {
		this.#options = options;
		const { unsent, ...kept } = readObject(options.read());
		this.#state = v.parse(schema, kept);
		this.#unsent = only(unsent);
	}

	/** For `useSyncExternalStore`; answers how to stop listening. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly state = (): Preferences => this.#state;

	/** Holds at once. */
	change(change: Partial<Preferences>): void {
		this.#unsent = { ...this.#unsent, ...change };
		this.#become({ ...this.#state, ...change });
		void this.#send();
	}

	/** What the account has; what was set here and is not there yet is told to it. */
	adopt(settings: PersonalSettings): void {
		this.#become(v.parse(schema, { ...this.#state, ...settings, ...this.#unsent }));
		void this.#send();
	}

	/** Whoever comes next is somebody else. */
	forget(): void {
		this.#unsent = {};
		this.#become(this.#state);
	}

	async #send(): Promise<void> {
		const change = this.#unsent;
		if (this.#isSending || Object.keys(change).length === 0) return;
		this.#isSending = true;
		const isSent = await this.#options.send(change);
		this.#isSending = false;
		if (!isSent) return;
		const isNewer = ([name, value]: [string, unknown]) => change[name as keyof Preferences] !== value;
		this.#unsent = Object.fromEntries(Object.entries(this.#unsent).filter(isNewer));
		this.#keep();
		void this.#send();
	}

	#become(state: Preferences): void {
		this.#state = state;
		this.#keep();
		for (const listener of this.#listeners) listener();
	}

	#keep(): void {
		this.#options.keep(JSON.stringify({ ...this.#state, unsent: this.#unsent }));
	}
}

function readObject(text: string | null): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text ?? "{}");
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

/** Of what was kept the names that are known. */
function only(value: unknown): Partial<Preferences> {
	const given = typeof value === "object" && value !== null ? value : {};
	const read = v.parse(schema, given);
	return Object.fromEntries(Object.entries(read).filter(([name]) => name in given));
}
