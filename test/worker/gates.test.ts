// The gates of the Worker: every route is counted by network, and by person once one is known.

import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "../../src/worker.ts";
import { networksOfSite } from "../../src/auth/gates.ts";
import { descriptions } from "../../src/routes/operation.ts";
import { call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient, url } from "../support/socketio.ts";

const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;
const from = (address: string) => ({ "cf-connecting-ip": address });

/** Sends requests side by side, and returns how many of them each status answered. */
async function statuses(count: number, make: (n: number) => Promise<{ status: number }>): Promise<Record<number, number>> {
	const found: Record<number, number> = {};
	for (let n = 0; n < count; n += 50) {
		const answers = await Promise.all(Array.from({ length: Math.min(50, count - n) }, (_, k) => make(n + k)));
		for (const { status } of answers) found[status] = (found[status] ?? 0) + 1;
	}
	return found;
}

/** How many requests each gate lets through for a key. */
const most = { NETWORKS: 400, PEOPLE: 60, CREATIONS: 60, NETWORK_CREATIONS: 60, LINKS: 60, LOOKUPS: 60, GUESTS: 60 };
type Gate = keyof typeof most;

// The platform counts a period of some seconds, in which a slow machine does not get far. Here none ends.
beforeEach(() => {
	for (const gate of Object.keys(most) as Gate[]) {
		const counts = new Map<string, number>();
		vi.spyOn(env[gate], "limit").mockImplementation(async ({ key }) => {
			const count = (counts.get(key) ?? 0) + 1;
			counts.set(key, count);
			return { success: count <= most[gate] };
		});
	}
});
afterEach(() => void vi.restoreAllMocks());

/** Uses up a gate, as that many requests would. */
async function exhaust(gate: Gate, key: string): Promise<void> {
	while ((await env[gate].limit({ key })).success);
}

describe("a network that sends too much", () => {
	const network = "2001:db8:1:2::/64";

	it("is refused on every route but the ones that are named, and no other network is", async () => {
		const open: string[] = [];
		for (const route of descriptions.keys()) {
			const [method, path] = route.split(" ") as [string, string];
			await exhaust("NETWORKS", network);
			const headers = from("2001:db8:1:2:ffff::2");
			const answer = await exports.default.fetch(`${origin}/api${path.replace(/:\w+/g, "x")}`, { method, headers });
			if (answer.status !== 429) open.push(route);
			else expect([route, answer.headers.get("retry-after")]).toEqual([route, "10"]);
		}
		expect(open).toEqual(["GET /health"]);
		await exhaust("NETWORKS", network);
		const polling = await exports.default.fetch(`${origin}/socket.io/?EIO=4&transport=polling`, { headers: from("2001:db8:1:2::1") });
		expect([polling.status, polling.headers.get("retry-after")]).toEqual([429, "10"]);
		expect(codeOf(await call("GET", "/unknown", undefined, undefined, from("2001:db8:1:3::1")))).toBe("unauthorized");
	});

	it("creates no further conversations", async () => {
		const create = async (address: string) => codeOf(await call("POST", "/conversations", await tokenOf("ann"), {}, from(address)));
		await exhaust("NETWORK_CREATIONS", "192.0.2.9");
		expect([await create("192.0.2.9"), await create("192.0.2.10")]).toEqual(["rate_limited", 201]);
	});
});

describe("a site, which has many networks of IPv6", () => {
	const siteKeys = (of = "") => Array.from({ length: networksOfSite }, (_, n) => `${of}2001:db8:7::/48 ${n}`);

	it("signs in only as many guests as eight networks, whichever of its networks they come from", async () => {
		const signIn = (address: string) => call("POST", "/auth/guest", undefined, { name: "Guest" }, from(address));
		for (const key of siteKeys()) await exhaust("GUESTS", key);
		for (const address of ["2001:db8:7:1::1", "2001:db8:7:ffff::1"]) expect(codeOf(await signIn(address))).toBe("rate_limited");
		expect((await signIn("2001:db8:8:1::1")).status).toBeLessThan(300);
	});

	it("counts each sign-in of its networks", async () => {
		const guests = vi.mocked(env.GUESTS.limit);
		await call("POST", "/auth/guest", undefined, { name: "Guest" }, from("2001:db8:9:a::1"));
		const keys = guests.mock.calls.map(([{ key }]) => key);
		expect(keys).toEqual(["2001:db8:9:a::/64", expect.stringMatching(/^2001:db8:9::\/48 [0-7]$/)]);
	});

	it("presents only as many forged personal tokens", async () => {
		const forged = () => `parley_${btoa("victim")}.${crypto.randomUUID().replaceAll("-", "").slice(0, 22)}`;
		for (const key of siteKeys()) await exhaust("LOOKUPS", key);
		expect(codeOf(await call("GET", "/me", forged(), undefined, from("2001:db8:7:2::1")))).toBe("rate_limited");
		expect(codeOf(await call("GET", "/me", forged(), undefined, from("2001:db8:8:2::1")))).toBe("unauthorized");
	});
});

describe("a personal token", () => {
	it("that is forged is looked up only so often for one network; accepted ones go on", async () => {
		const { secret } = (await call("POST", "/me/tokens", await tokenOf("ann"), { name: "bot" })).body.token;
		const me = async (token: string) => codeOf(await call("GET", "/me", token, undefined, from("192.0.2.11")));
		const forged = () => `${secret.slice(0, -22)}${crypto.randomUUID().replaceAll("-", "").slice(0, 22)}`;
		expect([await me(secret), await me(forged())]).toEqual([200, "unauthorized"]);
		await exhaust("LOOKUPS", "192.0.2.11");
		expect([await me(forged()), await me(secret)]).toEqual(["rate_limited", 200]);
	});
});

describe("a Socket.IO connection", () => {
	const forgedFor = (userId: string) => `parley_${btoa(userId)}.${crypto.randomUUID().replaceAll("-", "").slice(0, 22)}`;
	const refused = (code: string) => (received: { packet: string }) => received.packet.includes(`"code":"${code}"`);

	it("looks up forged personal tokens only as often as HTTP does, when it connects and when it renews", async () => {
		const headers = from("192.0.2.12");
		const ann = await SocketIoClient.signedIn(await tokenOf("ann"), {}, headers);
		ann.emit("chat:auth", { token: forgedFor("victim") }, 1);
		await ann.next(refused("unauthorized"));
		await exhaust("LOOKUPS", "192.0.2.12");
		ann.emit("chat:auth", { token: forgedFor("victim") }, 2);
		await ann.next(refused("rate_limited"));
		const forger = await SocketIoClient.bare("websocket", headers);
		forger.send(`40${JSON.stringify({ token: forgedFor("victim") })}`);
		expect((await forger.next(({ packet }) => packet.startsWith("44"))).packet).toContain('"code":"rate_limited"');
		const polling = await exports.default.fetch(url("polling"), { headers });
		const { sid } = JSON.parse((await polling.text()).slice(1)) as { sid: string };
		const post = `40${JSON.stringify({ token: forgedFor("victim") })}`;
		await exports.default.fetch(url(`polling&sid=${sid}`), { method: "POST", body: post, headers });
		expect(await (await exports.default.fetch(url(`polling&sid=${sid}`), { headers })).text()).toContain('"code":"rate_limited"');
	});

	it("counts each join as a request of its person", async () => {
		const ids = [await newConversation("joiner"), await newConversation("joiner")];
		const joiner = await SocketIoClient.signedIn(await tokenOf("joiner"), {}, from("192.0.2.13"));
		joiner.emit("chat:join", { conversationId: ids[0] });
		await joiner.next(({ name }) => name === "chat:joined");
		await exhaust("PEOPLE", "joiner");
		joiner.emit("chat:join", { conversationId: ids[1] });
		const other = await SocketIoClient.signedIn(await tokenOf("other"));
		other.emit("chat:join", { conversationId: await newConversation("other") });
		// By then it would have been answered; it waits for the next period instead.
		await other.next(({ name }) => name === "chat:joined");
		expect(joiner.received.filter(({ name }) => name === "chat:joined")).toHaveLength(1);
		joiner.close();
	});
});

describe("a person who sends too much", () => {
	it("is refused on every route, and may still send messages", async () => {
		const id = await newConversation("loud");
		const token = await tokenOf("loud");
		for (const path of [
			"/me",
			"/conversations",
			`/conversations/${id}/messages`,
			"/me/settings",
			`/conversations/${id}/socket`,
			"/me/socket",
		]) {
			await exhaust("PEOPLE", "loud");
			expect([path, codeOf(await call("GET", path, token))]).toEqual([path, "rate_limited"]);
		}
		expect(codeOf(await call("POST", `/conversations/${id}/messages`, token, { content: "Hello" }))).toBe(201);
		expect(codeOf(await call("GET", "/me", await tokenOf("bob")))).toBe(200);
	});

	it("creates no further conversations", async () => {
		await exhaust("CREATIONS", "maker");
		expect(codeOf(await call("POST", "/conversations", await tokenOf("maker"), {}))).toBe("rate_limited");
		expect(codeOf(await call("POST", "/conversations", await tokenOf("bob"), {}))).toBe(201);
	});
});

describe("an invite", () => {
	it("is accepted with its secret in the body, and its link has it where no server sees it", async () => {
		const id = await newConversation("ann");
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		const { pathname, search, hash } = new URL(invite.url);
		expect([pathname, search, decodeURIComponent(hash.slice(1))]).toEqual(["/invite", "", invite.token]);
		const bob = await call("POST", "/invites/accept", await tokenOf("bob"), { token: invite.token });
		expect([bob.status, bob.body]).toEqual([200, { conversationId: id }]);
		expect(codeOf(await call("POST", `/invites/${invite.token}/accept`, await tokenOf("carol")))).toBe(200);
		expect(codeOf(await call("POST", "/invites/accept", undefined, { token: invite.token }))).toBe("unauthorized");
		for (const token of ["", "x", `${id}.wrong`])
			expect(codeOf(await call("POST", "/invites/accept", await tokenOf("eve"), { token }))).toBe("not_found");
		for (const body of [{}, { token: 1 }, { token: "x".repeat(1_000) }])
			expect(codeOf(await call("POST", "/invites/accept", await tokenOf("eve"), body))).toBe("bad_request");
	});

	it("admits only so many people of one network in a minute, and others from elsewhere", async () => {
		const id = await newConversation("ann");
		const { token } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body.invite;
		const accept = async (who: string, address: string) => call("POST", "/invites/accept", await tokenOf(who), { token }, from(address));
		expect(await statuses(70, (n) => accept(`crowd-${n}`, `2001:db8:7:7::${n.toString(16)}`))).toEqual({ 200: most.LINKS, 429: 10 });
		expect(codeOf(await accept("from-elsewhere", "192.0.2.7"))).toBe(200);
	});
});
