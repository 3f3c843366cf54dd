import { beforeEach, describe, expect, it } from "vitest";
import { Session } from "../../web/src/account/session.ts";
import type { Result, SignedIn } from "../../web/src/api.ts";
import { HandClock } from "./fakes.ts";

const unauthorized = { error: { code: "unauthorized", message: "Sign in." } } as const;
const unreachable = { error: { code: "unreachable", message: "No answer." } } as const;

const erased = { conversations: 2, messages: 3, reactions: 1, deletedConversations: 1, failed: 0, remaining: 0 };
/** The server's answer to a request for erasure. */
let ending: Result<typeof erased>;

/** Whom this device remembers. */
let recalled: { id: string; name: string } | undefined;

const misconfigured = { error: { code: "misconfigured", message: "Set JWT_SECRET." } } as const;

/** A "token of Ben": another tab has signed in somebody else. */
type Answer = "token" | "token of Ben" | typeof unauthorized | typeof unreachable | typeof misconfigured;

/** A session whose refreshes have these answers, one after the other. */
function begin(...answers: (Answer | Promise<Answer>)[]) {
	const clock = new HandClock();
	let asked = 0;
	/** Whose data alone stays on the device, at each change. */
	const kept: (string | null)[] = [];
	const told: string[] = [];
	const signedIn = (token: string): Result<SignedIn> => ({
		value: { token, expiresAt: clock.now() + 900_000, user: { id: "g1", name: "Ann" } },
	});
	const session = new Session({
		clock,
		signOut: async () => ({ value: undefined }),
		rename: async (_token, name) => {
			const renamed = signedIn("token-renamed");
			return name === "Claude" ? unreachable : "value" in renamed ? { value: { ...renamed.value, user: { id: "g1", name } } } : renamed;
		},
		renamed: () => told.push("renamed"),
		// A disk may answer later than a network that is not there.
		cachedUser: () => settled().then(() => recalled),
		keepOnly: (userId) => kept.push(userId),
		signInAsGuest: async (name) => (name === "" ? { error: { code: "bad_request", message: "Give a name." } } : signedIn("token-0")),
		refresh: async () => {
			asked += 1;
			const answer = (await answers.shift()) ?? unauthorized;
			if (answer === "token of Ben")
				return { value: { token: "token-ben", expiresAt: clock.now() + 900_000, user: { id: "g2", name: "Ben" } } };
			return answer === "token" ? signedIn(`token-${asked}`) : answer;
		},
	});
	return { session, clock, asked: () => asked, kept, told };
}

beforeEach(() => {
	ending = { value: erased };
	recalled = undefined;
});

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a session", () => {
	it("survives a reload through the cookie, or asks to sign in", async () => {
		const returning = begin("token").session;
		await returning.renew();
		expect(returning.state()).toMatchObject({ type: "signed_in", token: "token-1", user: { name: "Ann" } });
		const stranger = begin(unauthorized).session;
		expect(stranger.state()).toEqual({ type: "unknown" });
		await stranger.renew();
		expect(stranger.state()).toEqual({ type: "signed_out" });
	});

	it("starts with a name, or returns the refusal", async () => {
		const { session } = begin();
		expect(await session.signIn("")).toEqual({ code: "bad_request", message: "Give a name." });
		expect(await session.signIn("Ann")).toBeUndefined();
		expect(session.state()).toMatchObject({ type: "signed_in", token: "token-0" });
	});

	it("changes its name and tells the other tabs, or returns the refusal", async () => {
		const { session, told } = begin("token");
		await session.renew();
		expect(await session.rename("Claude")).toMatchObject({ message: "No answer." });
		expect([session.state(), told]).toMatchObject([{ token: "token-1", user: { name: "Ann" } }, []]);
		expect(await session.rename("Anna")).toBeUndefined();
		expect([session.state(), told]).toMatchObject([{ token: "token-renamed", user: { id: "g1", name: "Anna" } }, ["renamed"]]);
	});

	it("belongs to the remembered person until the service confirms it", async () => {
		recalled = { id: "g1", name: "Ann" };
		const { session, clock } = begin(unreachable, "token");
		const states: string[] = [];
		session.subscribe(() => states.push(session.state().type));
		session.start();
		await settled();
		await settled();
		expect(session.state()).toEqual({ type: "remembered", user: { id: "g1", name: "Ann" } });
		clock.advance(10_000);
		await settled();
		expect(session.state()).toMatchObject({ type: "signed_in", token: "token-2" });
		expect(states).toEqual(["remembered", "signed_in"]);
	});

	it.each([undefined, { id: "g1", name: "Ann" }])(
		"shows what the operator has to correct, until it is (remembered: %j)",
		async (person) => {
			recalled = person;
			const { session, clock } = begin(misconfigured, "token");
			session.start();
			await settled();
			await settled();
			await settled();
			expect(session.state()).toEqual({ type: "unreachable", problem: "Set JWT_SECRET." });
			clock.advance(10_000);
			await settled();
			expect(session.state()).toMatchObject({ type: "signed_in" });
		},
	);

	it("ends if the service says so, even if the device remembers somebody", async () => {
		recalled = { id: "g1", name: "Ann" };
		const { session } = begin(unauthorized);
		session.start();
		await settled();
		await settled();
		expect(session.state()).toEqual({ type: "signed_out" });
	});

	it.each([
		["token", ["unremembered", "signed_in"], { token: "token-1" }],
		[unauthorized, ["unremembered", "signed_out", "signed_in"], { token: "token-0" }],
		[unreachable, ["unremembered", "unreachable", "signed_in"], { token: "token-0" }],
	] as const)("starts before %j arrives if the device remembers nobody, and creates no second guest", async (answer, states, end) => {
		const slow = Promise.withResolvers<typeof answer>();
		const { session } = begin(slow.promise);
		const seen: string[] = [];
		session.subscribe(() => seen.push(session.state().type));
		session.start();
		await settled();
		await settled();
		const begun = session.signIn("Ann");
		slow.resolve(answer);
		expect(await begun).toBeUndefined();
		expect(seen).toEqual(states);
		expect(session.state()).toMatchObject(end);
	});

	it("of a remembered person makes a call once it has a token, and returns why it has none", async () => {
		recalled = { id: "g1", name: "Ann" };
		const { session } = begin(unreachable, unreachable, "token");
		session.start();
		await settled();
		await settled();
		expect(await session.call(async () => ({ value: "done" }))).toEqual(unreachable);
		expect(await session.call(async (token) => ({ value: token }))).toEqual({ value: "token-3" });
	});

	it("replaces its token two minutes before it expires", async () => {
		const { session, clock, asked } = begin("token", "token");
		await session.renew();
		clock.advance(779_999);
		expect(asked()).toBe(1);
		clock.advance(1);
		await settled();
		expect(session.state()).toMatchObject({ token: "token-2" });
	});

	it("shares one refresh among concurrent callers", async () => {
		const { session, asked } = begin("token");
		const answers = await Promise.all([session.renew(), session.renew(), session.renew()]);
		expect(asked()).toBe(1);
		expect(answers).toEqual(Array(3).fill({ token: "token-1" }));
	});

	it("survives a service that does not respond, and tries again", async () => {
		const { session, clock } = begin("token", unreachable, "token");
		await session.renew();
		expect(await session.renew()).toEqual({ failure: "unreachable" });
		expect(session.state()).toMatchObject({ type: "signed_in", token: "token-1" });
		clock.advance(10_000);
		await settled();
		expect(session.state()).toMatchObject({ token: "token-3" });
	});

	it("repeats a call with a new token if the old one is not accepted", async () => {
		const { session } = begin("token");
		await session.signIn("Ann");
		const tokens: string[] = [];
		const result = await session.call(async (token) => {
			tokens.push(token);
			return token === "token-0" ? { error: { code: "token_expired", message: "" } } : { value: "done" };
		});
		expect([tokens, result]).toEqual([["token-0", "token-1"], { value: "done" }]);
	});
});

describe("when another tab has signed in somebody else", () => {
	/** Begins as Ann, whose token is not accepted any more. */
	async function asAnn() {
		const one = begin("token", "token of Ben");
		await one.session.renew();
		const tokens: string[] = [];
		const refusing = async (token: string): Promise<Result<typeof erased>> => {
			tokens.push(token);
			return token === "token-1" ? unauthorized : { value: erased };
		};
		return { ...one, tokens, refusing };
	}

	it("a call that was refused is not made again in their name", async () => {
		const { session, tokens, refusing } = await asAnn();
		expect(await session.call(refusing)).toMatchObject({ error: { code: "unauthorized" } });
		expect(tokens).toEqual(["token-1"]);
		expect(session.state()).toMatchObject({ type: "signed_in", user: { id: "g2" } });
	});

	it("an erasure erases neither of them", async () => {
		const { session, tokens, refusing } = await asAnn();
		expect(await session.erase(refusing)).toBeDefined();
		expect(tokens).toEqual(["token-1"]);
		expect(session.state()).toMatchObject({ type: "signed_in", user: { id: "g2" } });
	});

	it("a call of the remembered person is not made", async () => {
		recalled = { id: "g1", name: "Ann" };
		const renewed = Promise.withResolvers<Answer>();
		const { session } = begin(renewed.promise);
		session.start();
		await settled();
		await settled();
		const tokens: string[] = [];
		const result = session.call(async (token) => ({ value: tokens.push(token) }));
		renewed.resolve("token of Ben");
		expect(await result).toMatchObject({ error: { code: "unauthorized" } });
		expect(tokens).toEqual([]);
	});

	it("what was begun before is not made with their token, and a connection ends", async () => {
		const { session, tokens, refusing } = await asAnn();
		expect(await session.renewFor("g1")).toEqual({ failure: "signed_out" });
		expect(await session.callAs("g1", refusing)).toMatchObject({ error: { code: "unauthorized" } });
		expect(tokens).toEqual([]);
		expect(await session.callAs("g2", refusing)).toEqual({ value: erased });
	});
});

describe("the end of a session", () => {
	it("by signing out forgets the person and makes no more requests", async () => {
		const { session, clock, asked, kept } = begin();
		await session.signIn("Ann");
		expect(await session.signOut()).toBeUndefined();
		expect(session.state()).toEqual({ type: "signed_out" });
		expect(kept).toEqual(["g1", null]);
		clock.advance(3_600_000);
		expect(asked()).toBe(0);
	});

	it("by erasure reports what was erased, even if the service refuses everything else meanwhile", async () => {
		const { session, kept } = begin();
		await session.signIn("Ann");
		const states: string[] = [];
		session.subscribe(() => states.push(session.state().type));
		const ended = session.erase(async () => ending);
		await session.renew();
		expect(await ended).toBeUndefined();
		await session.renew();
		expect(session.state()).toEqual({ type: "erased", erased });
		session.startAgain();
		expect(states).toEqual(["erased", "signed_out"]);
		expect(kept).toEqual(["g1", null]);
	});

	it("does not happen if the service does not confirm it, unless it turns out to have happened", async () => {
		ending = unreachable;
		const { session, kept } = begin("token", unauthorized);
		await session.signIn("Ann");
		expect(await session.erase(async () => ending)).toBe("No answer.");
		await settled();
		expect(session.state()).toMatchObject({ type: "signed_in", token: "token-1" });
		expect(await session.erase(async () => ending)).toBe("No answer.");
		await settled();
		expect(session.state()).toEqual({ type: "signed_out" });
		expect(kept).toEqual(["g1", null]);
	});

	it("elsewhere, or without a cookie, forgets the person, too", async () => {
		const { session, kept } = begin("token", unauthorized);
		await session.renew();
		await session.renew();
		expect([session.state(), kept]).toEqual([{ type: "signed_out" }, ["g1", null]]);
	});

	it("is not assumed while the service cannot be reached", async () => {
		recalled = { id: "g1", name: "Ann" };
		const { session, kept } = begin(unreachable);
		session.start();
		await settled();
		expect(kept).toEqual([]);
	});
});
