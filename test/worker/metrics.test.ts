// Metrics for monitoring: who may read them, what they count, and what refusals and failures say of their request.

import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import "../../src/worker.ts";
import { exposition } from "../../src/metrics/exposition.ts";
import { durationCounts, seriesOf, sumOf } from "../../src/metrics/series.ts";
import { newReservationId } from "../../src/money/account.ts";
import { purseName } from "../../src/money/object.ts";
import { expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const secret = "a token for metrics of some length";
withSettings({ ...scripted, METRICS_TOKEN: secret, ADMIN_USERS: "root" });
beforeEach(() => void Object.assign(env, { METRICS_TOKEN: secret }));

const read = (token?: string) =>
	exports.default.fetch(`${origin}/api/metrics`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

/** The values of all series. */
async function values(): Promise<Record<string, number>> {
	const text = await (await read(secret)).text();
	const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}
const valueIn = async (series: string) => (await values())[series] ?? 0;

describe("are read", () => {
	it("only with their own token, and not at all without the setting", async () => {
		expect((await read()).status).toBe(401);
		for (const wrong of [`${secret}x`, secret.slice(1), "", await tokenOf("root")]) expect((await read(wrong)).status).toBe(401);
		const answer = await read(secret);
		expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
		Object.assign(env, { METRICS_TOKEN: "" });
		expect((await read("")).status).toBe(404);
		expect((await read(secret)).status).toBe(404);
	});

	it("in a form that Prometheus reads", async () => {
		const text = await (await read(secret)).text();
		for (const line of text.trimEnd().split("\n"))
			expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ \S.*|[a-z_]+(\{[a-z_]+="[\w.+-]*"\})? -?\d+(\.\d+)?(e[+-]?\d+)?)$/);
		for (const name of ["parley_connections", "parley_messages_total", "parley_claude_usd_total"])
			expect(text).toContain(`# TYPE ${name} `);
	});
});

describe("count", () => {
	it("messages, replies by outcome, first words and connections, each once however many receive them", async () => {
		expectLog(/Claude failed: bad_request/);
		const before = await values();
		const since = async (series: string) => ((await values())[series] ?? 0) - (before[series] ?? 0);
		const id = await newConversation("ann", ["ben"]);
		const [ann, ben] = [await Client.join("ann", id), await Client.join("ben", id)];
		ann.say("@claude Hello");
		await ben.next("chat:message", ({ message }) => message.role === "assistant");
		ann.say('@claude !{"fault":"bad"}');
		await ben.next("chat:message", ({ message }) => message.role === "assistant" && message.status === "failed");
		await expect.poll(() => since(seriesOf("parley_replies_total", { outcome: "failed" }))).toBe(1);
		expect(await since(seriesOf("parley_replies_total", { outcome: "complete" }))).toBe(1);
		expect(await since("parley_messages_total")).toBe(2);
		expect(await since("parley_first_token_seconds_count")).toBe(1);
		expect(await since('parley_first_token_seconds_bucket{le="64"}')).toBe(1);
		expect(await valueIn("parley_connections")).toBeGreaterThanOrEqual(2);
		const failures = await valueIn(seriesOf("parley_reply_failures_total", { reason: "bad_request" }));
		expect(failures).toBeGreaterThanOrEqual(1);
		const { body: seen } = await call("GET", "/admin/activity", await tokenOf("root"));
		expect(seen.failures).toContainEqual({ name: "bad_request", count: failures });
		expect(seen.replies).toContainEqual({ name: "complete", count: expect.any(Number) });
		expect(seen.connections).toBeGreaterThanOrEqual(2);
	});

	it("what Claude has cost in all", async () => {
		const now = Date.now();
		const spent = { microUsd: 2_500_000, replies: 1, input: 1, output: 1, cacheRead: 0, cacheWrite: 0, searches: 0 };
		const before = await valueIn("parley_claude_usd_total");
		const [purse, reserved] = [env.LEDGER.getByName(purseName("deployment")), { id: newReservationId(now), label: "claude", at: now }];
		await purse.reserve({ ...reserved, least: 1, most: 3_000_000 }, []);
		await purse.settle({ ...reserved, spent });
		expect((await valueIn("parley_claude_usd_total")) - before).toBeCloseTo(2.5);
	});

	it("requests and refusals, reported together after some seconds", async () => {
		vi.useFakeTimers({ toFake: ["Date"] });
		try {
			const code = seriesOf("parley_errors_total", { code: "not_found" });
			const pass = async () => {
				vi.setSystemTime(Date.now() + 60_000);
				await call("GET", "/health");
			};
			await pass();
			const before = await values();
			for (let n = 0; n < 3; n++) await call("GET", "/conversations/nowhere", await tokenOf("ann"));
			await pass();
			await expect.poll(async () => ((await values())[code] ?? 0) - (before[code] ?? 0)).toBe(3);
			expect(await valueIn(seriesOf("parley_requests_total", { status: "4xx" }))).toBeGreaterThanOrEqual(3);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe("a refusal", () => {
	it("is one line in the log, with the route and without an id or a token", async () => {
		const info = vi.spyOn(console, "info");
		const answer = await call("GET", "/conversations/SECRET-ID/members?token=SECRET-TOKEN", await tokenOf("ann"), undefined, {
			"cf-ray": "ray-1",
		});
		const lines = info.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('"event":"refused"'));
		info.mockRestore();
		expect(lines.map((line) => JSON.parse(line))).toEqual([
			{ event: "refused", requestId: "ray-1", method: "GET", route: expect.stringContaining(":id"), status: 404, code: "not_found" },
		]);
		expect(lines.join()).not.toContain("SECRET");
		expect(answer.headers.get("parley-request")).toBe("ray-1");
		expect(answer.body.error.requestId).toBeUndefined();
	});

	it("of our own making names its request to people, and the log has the cause under it", async () => {
		expectLog(/A request failed.*ray-2.*broken on purpose/s);
		const me = vi.spyOn(env.USERS, "getByName").mockImplementation(() => {
			throw new Error("broken on purpose");
		});
		const { status, body } = await call("GET", "/me", await tokenOf("ann"), undefined, { "cf-ray": "ray-2" });
		me.mockRestore();
		expect([status, body.error.code, body.error.requestId]).toEqual([500, "internal", "ray-2"]);
	});
});

describe("the text", () => {
	it("has the buckets of a histogram in their order, and a family without a value at 0", () => {
		const counts = sumOf(durationCounts("parley_first_token_seconds", 3), durationCounts("parley_first_token_seconds", 100));
		const lines = exposition(counts).split("\n");
		const buckets = lines.filter((line) => line.startsWith("parley_first_token_seconds"));
		expect(buckets).toEqual([
			'parley_first_token_seconds_bucket{le="4"} 1',
			'parley_first_token_seconds_bucket{le="8"} 1',
			'parley_first_token_seconds_bucket{le="16"} 1',
			'parley_first_token_seconds_bucket{le="32"} 1',
			'parley_first_token_seconds_bucket{le="64"} 1',
			'parley_first_token_seconds_bucket{le="+Inf"} 2',
			"parley_first_token_seconds_count 2",
			"parley_first_token_seconds_sum 103",
		]);
		expect(lines).toContain("parley_messages_total 0");
	});

	it("holds nothing that could end a label", () => {
		expect(seriesOf("parley_errors_total", { code: 'a"} 1\nb' })).toBe('parley_errors_total{code="a___1_b"}');
	});
});
