// The service worker's part in web push, and what the page reports about itself.

import { describe, expect, it, vi } from "vitest";
import { emptyList } from "../../web/src/list/list.ts";
import { handleClick, handlePush } from "../../web/src/push/handler.ts";
import { reportLooking } from "../../web/src/push/looking.ts";
import { isCurrent, isPushedToAnother, markOf } from "../../web/src/push/mark.ts";

const origin = "https://parley.example";
const notification = { title: "Tea", body: "Bob: Hello", navigate: `${origin}/c/c1`, tag: "c1" };

function registration() {
	const did: string[] = [];
	const shown = new Map<string, NotificationOptions>();
	return {
		did,
		shown,
		showNotification: async (title: string, options: NotificationOptions = {}) => {
			did.push(`show ${title}`);
			shown.set(options.tag ?? "", options);
		},
		getNotifications: async ({ tag = "" } = {}) =>
			shown.has(tag) ? [{ close: () => did.push(`close ${tag}`) } as unknown as Notification] : [],
	};
}

describe("a pushed message", () => {
	it("is shown under its conversation, and closed when that was read elsewhere", async () => {
		const of = registration();
		await handlePush({ web_push: 8030, notification }, of, origin);
		expect(of.shown.get("c1")).toMatchObject({ body: "Bob: Hello", tag: "c1", data: { path: "/c/c1" } });
		await handlePush({ clear: "c1" }, of, origin);
		await handlePush({ clear: "c2" }, of, origin);
		expect(of.did).toEqual(["show Tea", "close c1"]);
	});

	it("leads to no other site", async () => {
		const of = registration();
		await handlePush({ web_push: 8030, notification: { ...notification, navigate: "https://evil.example/c/c1" } }, of, origin);
		expect(of.shown.get("c1")).toMatchObject({ data: { path: "/" } });
	});

	it.each([[null], ["text"], [{ web_push: 1, notification }], [{ web_push: 8030, notification: { title: "Tea" } }]])(
		"that this build does not know shows nothing: %j",
		async (data) => {
			const of = registration();
			await handlePush(data, of, origin);
			expect(of.did).toEqual([]);
		},
	);
});

describe("a click on a notification", () => {
	async function click(...open: [url: string, visibilityState: string][]): Promise<string[]> {
		const did: string[] = [];
		const tabs = open.map(([url, visibilityState], n) => ({
			url: `${origin}${url}`,
			visibilityState,
			focus: async () => did.push(`focus ${n}`),
			postMessage: (message: unknown) => did.push(`tell ${n} ${JSON.stringify(message)}`),
		}));
		const clicked = { data: { path: "/c/c1" }, close: () => did.push("close") };
		await handleClick(clicked, { matchAll: async () => tabs, openWindow: async (url) => did.push(`open ${url}`) }, origin);
		return did;
	}

	it("opens the conversation, in the tab that has it, else in the visible one, else in any, else in a new one", async () => {
		expect(await click()).toEqual(["close", "open /c/c1"]);
		expect(await click(["/", "hidden"])).toEqual(["close", 'tell 0 {"open":"/c/c1"}', "focus 0"]);
		expect(await click(["/", "hidden"], ["/c/c2", "visible"])).toEqual(["close", 'tell 1 {"open":"/c/c1"}', "focus 1"]);
		expect(await click(["/", "visible"], ["/c/c1", "hidden"])).toEqual(["close", "focus 1"]);
	});
});

it("a page says that it is visible on every connection", () => {
	const sent: boolean[] = [];
	let connection: { type: "connected" } | { type: "connecting" } = { type: "connecting" };
	let changed = () => {};
	const client = {
		subscribe: (listener: () => void) => {
			changed = listener;
			return () => true;
		},
		snapshot: () => ({ list: emptyList, connection }),
		send: ({ looking }: { looking: boolean }) => void sent.push(looking),
	};
	reportLooking(client, true);
	for (const type of ["connected", "connected", "connecting", "connected"] as const) {
		connection = { type };
		changed();
	}
	expect(sent).toEqual([true, true]);
});

it("a browser that is notified of what somebody else gets is known by its mark", () => {
	vi.stubGlobal("localStorage", { getItem: () => JSON.stringify({ userId: "ann", at: 1 }) });
	expect(["ann", "bob"].map(isPushedToAnother)).toEqual([false, true]);
	vi.stubGlobal("localStorage", { getItem: () => null });
	expect(isPushedToAnother("bob")).toBe(false);
	vi.unstubAllGlobals();
});

it("a mark that is broken counts as none", () => {
	expect([null, "", "{", "null", '{"userId":1}'].map(markOf)).toEqual([undefined, undefined, undefined, undefined, undefined]);
	expect(markOf('{"userId":"ann","at":1}')).toEqual({ userId: "ann", at: 1 });
});

it("a subscription is made anew at once if the deployment has other keys, and else after 12 hours", () => {
	const [key, other] = [new Uint8Array([4, 1]), new Uint8Array([4, 2])];
	const mark = { userId: "ann", at: 1_000 };
	expect(isCurrent(mark, key.buffer, key, 2_000)).toBe(true);
	expect(isCurrent(mark, other.buffer, key, 2_000)).toBe(false);
	expect(isCurrent(mark, undefined, key, 2_000)).toBe(false);
	expect(isCurrent(mark, key.buffer, key, 1_000 + 12 * 3600_000)).toBe(false);
});
