import { describe, expect, it } from "vitest";
import { signInGuest } from "../../src/auth/guest.ts";
import { verifyToken } from "../../src/auth/tokens.ts";
import { now, secret, settingsWith } from "./forge.ts";

const settings = settingsWith({ JWT_SECRET: secret, GUEST_SIGN_IN: "on" });

const ann = await signInGuest("Ann", settings, now);

describe("a guest", () => {
	it("signs in with a name, as somebody new each time", async () => {
		expect(ann.user).toEqual({ id: expect.stringMatching(/^guest-[\w-]{22}$/), name: "Ann" });
		expect(ann.expiresAt).toBe(new Date(now + 15 * 60_000).toISOString());
		expect(await verifyToken(ann.token, settings, now)).toEqual({
			identity: {
				kind: "guest",
				session: expect.any(String),
				userId: ann.user.id,
				username: "Ann",
				expiresAt: now + 15 * 60_000,
				grants: [],
			},
		});
		expect((await signInGuest("Ann", settings, now)).user.id).not.toBe(ann.user.id);
	});

	it("is not made where guest sign-in is off", async () => {
		await expect(signInGuest("Ann", settingsWith({ JWT_SECRET: secret }), now)).rejects.toThrow("Guest sign-in is off");
	});
});
