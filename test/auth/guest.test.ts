import { describe, expect, it } from "vitest";
import { renameGuest, signInGuest } from "../../src/auth/guest.ts";
import { verifyToken } from "../../src/auth/tokens.ts";
import { now, secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" });

const ann = await signInGuest("Ann", settings, now);

describe("a guest", () => {
	it("signs in with a name, as somebody new each time", async () => {
		expect(ann.user).toEqual({ id: expect.stringMatching(/^guest-[\w-]{22}$/), name: "Ann" });
		expect(ann.expiresAt).toBe(new Date(now + 15 * 60_000).toISOString());
		expect(await verifyToken(ann.token, settings, now)).toEqual({
			identity: { kind: "guest", userId: ann.user.id, username: "Ann", expiresAt: now + 15 * 60_000, grants: [] },
		});
		expect((await signInGuest("Ann", settings, now)).user.id).not.toBe(ann.user.id);
	});

	it("keeps the id under another name", async () => {
		const renamed = await renameGuest(ann.user.id, "Anna", settings, now);
		expect(renamed.user).toEqual({ id: ann.user.id, name: "Anna" });
		expect(await verifyToken(renamed.token, settings, now)).toMatchObject({ identity: { userId: ann.user.id, username: "Anna" } });
	});

	it("is not made where guest sign-in is off", async () => {
		await expect(signInGuest("Ann", settingsWith({ JWT_SECRET: secret }), now)).rejects.toThrow("Guest sign-in is off");
	});
});
