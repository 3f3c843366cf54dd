// Limits that administrators set on what people and the deployment spend, over real routes and sockets.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import "../../src/worker.ts";
import { purseName } from "../../src/money/object.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { call, newConversation, tokenOf } from "../support/socket.ts";

withSettings({
	...scripted,
	ADMIN_USERS: "root",
	CLAUDE_PRICES: '{"claude-sonnet-5-5": {"input": 1, "output": 1}}',
	BUDGET_USD_PER_DAY: "1000",
	BUDGET_USD_PER_PERSON_PER_DAY: "5",
	BUDGET_USD_PER_GUEST_PER_DAY: "off",
});

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const admin = (method: string, path: string, body?: unknown) => as("root", method, `/admin${path}`, body);
const nothing = (period = "day") => ({ limits: [{ usd: 0, period }] });
const someone = () => `p-${crypto.randomUUID()}`;

/** Asks Claude as somebody, and returns why there will be no reply, or "asked". */
async function ask(userId: string): Promise<{ code: string; scope: string; resetsAt?: string } | "asked"> {
	const { status, body } = await as(userId, "POST", `/conversations/${await newConversation(userId)}/messages`, { content: "Hello" });
	expect(status).toBe(201);
	return body.notice ?? "asked";
}

afterEach(async () => {
	for (const of of ["deployment", "people", "guests"]) await admin("DELETE", `/purses/${of}`);
});

describe("a limit of one person", () => {
	it("holds at once and for them alone, is shown to them, and is lifted", async () => {
		const [ann, ben] = [someone(), someone()];
		const { status, body } = await admin("PUT", `/people/${ann}/purse`, nothing("month"));
		expect([status, body]).toEqual([
			200,
			{ purse: { of: "person", userId: ann, limits: [{ usd: 0, period: "month" }], at: expect.any(String), by: "root" }, isPending: false },
		]);
		expect(await ask(ann)).toMatchObject({
			code: "budget_exceeded",
			scope: "person",
			resetsAt: expect.stringMatching(/-01T00:00:00.000Z$/),
		});
		expect(await ask(ben)).toBe("asked");
		expect((await as(ann, "GET", "/me/usage")).body).toMatchObject({
			budget: { usd: 0, period: "month", leftUsd: 0, setBy: "administrator" },
			limitUsd: 5,
		});
		expect((await as(ben, "GET", "/me/usage")).body.budget).toEqual(expect.not.objectContaining({ setBy: expect.anything() }));
		expect((await admin("GET", `/people/${ann}`)).body.person.purse).toMatchObject({ limits: [{ usd: 0, period: "month" }] });
		expect((await admin("GET", "/purses")).body.purses).toContainEqual(expect.objectContaining({ userId: ann }));
		expect((await admin("DELETE", `/people/${ann}/purse`)).status).toBe(204);
		expect((await admin("DELETE", `/people/${ann}/purse`)).status).toBe(404);
		expect(await ask(ann)).toBe("asked");
		const { acts } = (await admin("GET", `/audit?subject=${ann}&actor=root`)).body;
		expect(acts.map(({ action }: { action: string }) => action)).toEqual(["unlimited", "viewed", "limited"]);
	});

	it("ends by itself", async () => {
		const ann = someone();
		const { purse } = (await admin("PUT", `/people/${ann}/purse`, { ...nothing(), seconds: 3600 })).body;
		expect(Date.parse(purse.until) - Date.parse(purse.at)).toBeCloseTo(3600_000, -4);
		expect((await as(ann, "GET", "/me/usage")).body.limitUsd).toBe(0);
		await runInDurableObject(env.LEDGER.getByName(purseName({ userId: ann })) as DurableObjectStub<undefined>, (_object, { storage }) => {
			storage.sql.exec("UPDATE rules SET until = until - 3600001");
		});
		expect((await as(ann, "GET", "/me/usage")).body.limitUsd).toBe(5);
		expect(await ask(ann)).toBe("asked");
	});
});

describe("a limit of all", () => {
	it("people holds for each of them", async () => {
		await admin("PUT", "/purses/people", nothing("total"));
		const refused = await ask(someone());
		expect(refused).toMatchObject({
			code: "budget_exceeded",
			scope: "person",
			error: expect.stringContaining("administrator can raise it"),
		});
		expect(refused).not.toHaveProperty("resetsAt");
		await admin("DELETE", "/purses/people");
		expect(await ask(someone())).toBe("asked");
	});

	it("guests holds for no other people", async () => {
		await admin("PUT", "/purses/guests", nothing());
		expect(await ask(someone())).toBe("asked");
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body.token as string;
		expect((await call("GET", "/me/usage", guest)).body).toMatchObject({ limitUsd: 0, budget: { setBy: "administrator" } });
	});

	it("that the deployment spends holds for everybody, and is shown to administrators", async () => {
		await admin("PUT", "/purses/deployment", nothing("total"));
		expect(await ask(someone())).toMatchObject({ code: "budget_exceeded", scope: "deployment" });
		expect((await admin("GET", "/spend")).body.budget).toMatchObject({ usd: 0, period: "total", setBy: "administrator" });
	});
});

describe("a limit", () => {
	it("is not above the setting, unless that is off", async () => {
		const put = async (path: string, usd: number, period = "day") => (await admin("PUT", path, { limits: [{ usd, period }] })).status;
		expect(await put("/purses/people", 5.01)).toBe(400);
		expect(await put(`/people/${someone()}/purse`, 6)).toBe(400);
		expect(await put("/purses/people", 5)).toBe(200);
		expect(await put("/purses/people", 60, "month")).toBe(200);
		expect(await put("/purses/guests", 50)).toBe(200);
	});

	it("is set by administrators only, and for what there is", async () => {
		expect((await as("ann", "PUT", "/admin/purses/people", nothing())).status).toBe(403);
		expect((await admin("PUT", "/purses/everybody", nothing())).status).toBe(404);
		expect((await admin("PUT", "/people/claude/purse", nothing())).status).toBe(404);
		for (const body of [
			{},
			{ limits: [] },
			{ limits: [{ usd: -1, period: "day" }] },
			{ limits: [{ usd: 1, period: "week" }] },
			{ limits: [...nothing().limits, ...nothing().limits] },
			{ ...nothing(), seconds: 1 },
		])
			expect([body, (await admin("PUT", "/purses/people", body)).status]).toEqual([body, 400]);
	});
});
