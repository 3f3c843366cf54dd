import { describe, expect, it } from "vitest";
import { type Preferences, PreferencesStore } from "../../web/src/account/preferences.ts";

/** A device with stored preferences, and an account that stores what it receives while it can be reached. */
function device(kept: string | null = null) {
	const account = { isReached: true, told: [] as Partial<Preferences>[] };
	const disk = { kept };
	const open = () =>
		new PreferencesStore({
			read: () => disk.kept,
			keep: (text) => {
				disk.kept = text;
			},
			send: async (change) => {
				if (account.isReached) account.told.push(change);
				return account.isReached;
			},
		});
	return { store: open(), account, open };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("preferences", () => {
	it("take effect at once, survive a reload and reach the account", async () => {
		const { store, account, open } = device();
		expect(store.state()).toMatchObject({ theme: "system", enterSends: true });
		store.change({ theme: "dark" });
		await settled();
		expect(store.state().theme).toBe("dark");
		expect(open().state().theme).toBe("dark");
		expect(account.told).toEqual([{ theme: "dark" }]);
	});

	it.each(["no JSON", "[]", "null", '{"theme":"pink","enterSends":"yes","unsent":7}'])("are the defaults if %s was stored", (kept) => {
		expect(device(kept).store.state()).toMatchObject({ theme: "system", enterSends: true });
	});

	it("come from the account, except for missing or invalid ones", () => {
		const { store } = device('{"theme":"dark","enterSends":true}');
		store.adopt({});
		expect(store.state()).toMatchObject({ theme: "dark", enterSends: true });
		store.adopt({ theme: "light", enterSends: 3, other: true });
		expect(store.state()).toMatchObject({ theme: "light", enterSends: true });
	});

	it("set offline are sent later, and not undone by the account meanwhile", async () => {
		const { store, account, open } = device();
		account.isReached = false;
		store.change({ enterSends: false });
		await settled();
		account.isReached = true;
		const later = open();
		later.adopt({ enterSends: true, theme: "dark" });
		expect(later.state()).toMatchObject({ enterSends: false, theme: "dark" });
		await settled();
		expect(account.told).toEqual([{ enterSends: false }]);
		later.adopt({ enterSends: true });
		expect(later.state().enterSends).toBe(true);
	});

	it("of one person are not sent to the account of the next", async () => {
		const { store, account } = device();
		account.isReached = false;
		store.change({ theme: "dark" });
		await settled();
		account.isReached = true;
		store.forget();
		store.adopt({});
		await settled();
		expect(account.told).toEqual([]);
	});
});
