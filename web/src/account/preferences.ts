// A person's preferences: stored on this device, and with the account for their other devices. Does
// its I/O through its options.

import * as v from "valibot";
import type { PersonalSettings } from "../../../src/protocol/me.ts";
import { skinTones } from "../emoji/skinTone.ts";
import { languages } from "../languages/language.ts";

const schema = v.object({
	theme: v.fallback(v.picklist(["system", "light", "dark"]), "system"),
	/** How closely messages are spaced. */
	density: v.fallback(v.picklist(["comfortable", "compact"]), "comfortable"),
	language: v.fallback(v.picklist(["system", ...languages]), "system"),
	/** Whether single-key shortcuts work. */
	letterKeys: v.fallback(v.boolean(), true),
	/** Otherwise Enter starts a new line, and Ctrl+Enter or ⌘+Enter sends. */
	enterSends: v.fallback(v.boolean(), true),
	/** For emoji that show people. */
	skinTone: v.fallback(v.optional(v.picklist(skinTones)), undefined),
	/** Which messages cause a notification, on a device that allows notifications. */
	notifications: v.fallback(v.picklist(["off", "mentions", "all"]), "mentions"),
});

export type Preferences = v.InferOutput<typeof schema>;
export type Theme = Preferences["theme"];

export type PreferencesOptions = {
	/** What is stored on this device. */
	read(): string | null;
	keep(text: string): void;
	/** Returns whether the account has the change now. */
	send(change: Partial<Preferences>): Promise<boolean>;
};

export class PreferencesStore {
	readonly #options: PreferencesOptions;
	readonly #listeners = new Set<() => void>();
	#state: Preferences;
	/** Changes that the account may not have yet. */
	#unsent: Partial<Preferences>;
	#isSending = false;

	constructor(options: PreferencesOptions) {
		this.#options = options;
		const { unsent, ...kept } = readObject(options.read());
		this.#state = v.parse(schema, kept);
		this.#unsent = only(unsent);
	}

	/** For `useSyncExternalStore`. Returns how to unsubscribe. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly state = (): Preferences => this.#state;

	/** Takes effect immediately. */
	change(change: Partial<Preferences>): void {
		this.#unsent = { ...this.#unsent, ...change };
		this.#become({ ...this.#state, ...change });
		void this.#send();
	}

	/** Adopts the settings of the account, except for changes made here that it does not have yet. */
	adopt(settings: PersonalSettings): void {
		this.#become(v.parse(schema, { ...this.#state, ...settings, ...this.#unsent }));
		void this.#send();
	}

	/** Drops unsent changes: the next person is somebody else. */
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

/** The known names of a stored object. */
function only(value: unknown): Partial<Preferences> {
	const given = typeof value === "object" && value !== null ? value : {};
	const read = v.parse(schema, given);
	return Object.fromEntries(Object.entries(read).filter(([name]) => name in given));
}
