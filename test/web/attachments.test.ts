import { expect, it } from "vitest";
import type { MessageFile } from "../../src/protocol/files/file.ts";
import { sendAgainIn } from "../../web/src/files/adding/again.ts";
import type { Attached, Post } from "../../web/src/files/adding/attached.ts";
import { Attachments, type AttachmentsOptions } from "../../web/src/files/adding/attachments.ts";
import { revived } from "../../web/src/files/adding/revived.ts";
import type { Uploaded } from "../../web/src/files/adding/upload.ts";
import type { NewMessage } from "../../web/src/live/outgoing.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A page whose server answers when the test says so. */
function start(change: Partial<AttachmentsOptions> = {}) {
	let ids = 0;
	const timers: (() => void)[] = [];
	const pauses: number[] = [];
	const uploads: { name: string; answer(answer: Uploaded): void; signal: AbortSignal }[] = [];
	const sent: { message: NewMessage; clientId: string }[] = [];
	const discarded: string[] = [];
	const attachments = new Attachments({
		clock: {
			now: () => 0,
			after: (ms, call) => {
				pauses.push(ms);
				timers.push(call);
				return () => {};
			},
		},
		newId: () => `id${ids++}`,
		disk: { adopt: async () => ({ attached: [], posts: [] }), save: () => {}, isKept: () => true, end: () => {} },
		redraw: async () => undefined,
		upload: ({ name }, { signal }) => new Promise((answer) => uploads.push({ name, answer, signal })),
		addThumbnail: async (file) => ({ ...file, hasThumbnail: true }),
		discard: ({ id }) => discarded.push(id),
		send: async (message, clientId) => {
			sent.push({ message, clientId });
			return undefined;
		},
		words: { tooMany: () => "too many", tooLarge: (name) => `${name} is too large`, empty: (name) => `${name} is empty` },
		...change,
	});
	const stored = (name: string): MessageFile => ({ id: `f-${name}`, name, type: "text/plain", size: 1 });
	const store = async (name: string) => {
		uploads.find((one) => one.name === name)?.answer({ value: stored(name) });
		await settled();
	};
	const add = async (...names: string[]) => {
		attachments.add(names.map((name) => ({ name, source: new Blob([name]) })));
		await settled();
	};
	return { attachments, uploads, sent, discarded, timers, pauses, store, add };
}

const statesOf = ({ attachments }: ReturnType<typeof start>) => attachments.snapshot().attached.map(({ state }) => state.type);

it("uploads two files at once, and none without a connection", async () => {
	const page = start();
	await page.add("a", "b", "c");
	expect(page.uploads).toEqual([]);
	page.attachments.setConnected(true);
	expect(page.uploads.map(({ name }) => name)).toEqual(["a", "b"]);
	await page.store("a");
	expect(page.uploads.map(({ name }) => name)).toEqual(["a", "b", "c"]);
	expect(statesOf(page)).toEqual(["uploaded", "uploading", "uploading"]);
});

it("sends a message once its files are uploaded, in their order and with their descriptions, and the next one after it", async () => {
	const page = start();
	page.attachments.setConnected(true);
	await page.add("a", "b");
	const [a] = page.attachments.snapshot().attached;
	page.attachments.describe(a?.key as string, "The harbour");
	page.attachments.move(a?.key as string, 1);
	page.attachments.send({ content: "first" });
	await page.add("c");
	page.attachments.send({ content: "second" });
	await page.store("a");
	await page.store("c");
	expect(page.sent).toEqual([]);
	await page.store("b");
	expect(page.sent.map(({ message }) => [message.content, message.files?.map(({ id, alt }) => [id, alt])])).toEqual([
		[
			"first",
			[
				["f-b", undefined],
				["f-a", "The harbour"],
			],
		],
		["second", [["f-c", undefined]]],
	]);
	expect(page.attachments.snapshot()).toEqual({ attached: [], posts: [], problem: undefined });
});

it("ends the upload of a removed file, and deletes one that is complete", async () => {
	const page = start();
	page.attachments.setConnected(true);
	await page.add("a", "b");
	await page.store("b");
	for (const { key } of page.attachments.snapshot().attached) page.attachments.remove(key);
	expect(page.uploads[0]?.signal.aborted).toBe(true);
	await page.store("a");
	expect(page.discarded.sort()).toEqual(["f-a", "f-b"]);
});

it("tries an upload again that broke off or came too early, and says why another is refused", async () => {
	const page = start();
	page.attachments.setConnected(true);
	await page.add("a", "b");
	page.uploads[0]?.answer({ error: { code: "unreachable", message: "" } });
	page.uploads[1]?.answer({ error: { code: "storage_full", message: "Full." } });
	await settled();
	expect(page.attachments.snapshot().attached[1]?.state).toEqual({ type: "refused", text: "Full." });
	for (const call of page.timers.splice(0)) call();
	expect(page.uploads.map(({ name }) => name)).toEqual(["a", "b", "a"]);
	page.uploads[2]?.answer({ error: { code: "rate_limited", message: "Too fast.", retryAfterMs: 1_000 } });
	await settled();
	for (const call of page.timers.splice(0)) call();
	expect(page.uploads).toHaveLength(4);
	page.uploads[3]?.answer({ error: { code: "rate_limited", message: "Tomorrow.", retryAfterMs: 3600_000 } });
	await settled();
	expect(page.attachments.snapshot().attached[0]?.state).toEqual({ type: "refused", text: "Tomorrow." });
});

it("tries an upload again twice at which the server fails, and then says so until somebody retries it", async () => {
	const page = start();
	page.attachments.setConnected(true);
	await page.add("a");
	const fail = async () => {
		page.uploads.at(-1)?.answer({ error: { code: "internal", message: "Something went wrong." } });
		await settled();
		for (const call of page.timers.splice(0)) call();
	};
	for (let n = 0; n < 3; n++) await fail();
	expect([page.uploads.length, statesOf(page)]).toEqual([3, ["refused"]]);
	page.attachments.retry(page.attachments.snapshot().attached[0]?.key as string);
	await fail();
	expect([page.uploads.length, statesOf(page)]).toEqual([5, ["uploading"]]);
});

it("tries an upload again that a deployment cut off, when the server says", async () => {
	const page = start();
	page.attachments.setConnected(true);
	await page.add("a");
	page.uploads[0]?.answer({ error: { code: "unavailable", message: "Replaced.", retryAfterMs: 10_000 } });
	await settled();
	expect(page.pauses).toEqual([10_000]);
	page.timers[0]?.();
	page.uploads[1]?.answer({ error: { code: "unavailable", message: "Switched off." } });
	await settled();
	expect(page.attachments.snapshot().attached[0]?.state).toEqual({ type: "refused", text: "Switched off." });
});

it("sends a message again that could not be stored, when the server says", async () => {
	const answers = [1_000, 10_000, undefined];
	const page = start({ send: async () => answers.shift() });
	page.attachments.send({ content: "hello" });
	for (let n = 0; n < 2; n++) {
		await settled();
		expect(page.attachments.snapshot().posts).toHaveLength(1);
		page.timers[n]?.();
	}
	await settled();
	expect([page.pauses, page.attachments.snapshot().posts]).toEqual([[3_000, 10_000], []]);
});

it.each([
	["unreachable", undefined, 0],
	["rate_limited", 5_000, 0],
	["unavailable", 5_000, 5_000],
	["unavailable", undefined, undefined],
	["storage_full", undefined, undefined],
] as const)("decides whether to send a message again after %s with a pause of %s ms", (code, retryAfterMs, pause) => {
	expect(sendAgainIn({ code, message: "", retryAfterMs })).toBe(pause);
});

it("takes ten files, and none that is empty or too large", async () => {
	const page = start();
	page.attachments.setMaxBytes(3);
	await page.add("large");
	expect(page.attachments.snapshot()).toMatchObject({ attached: [], problem: "large is too large" });
	await page.add("");
	expect(page.attachments.snapshot().problem).toBe(" is empty");
	await page.add(...Array.from({ length: 11 }, (_, at) => `f${at}`));
	expect(page.attachments.snapshot()).toMatchObject({ problem: "too many" });
	expect(page.attachments.snapshot().attached).toHaveLength(10);
});

it("uploads a picture without what its camera noted, and the original if that is wanted", async () => {
	const redrawn = { blob: new Blob(["clean"]), name: "clean.jpg", thumbnail: new Blob(["small"]) };
	const page = start({ redraw: async () => redrawn });
	page.attachments.setConnected(true);
	await page.add("photo.heic");
	await page.store("clean.jpg");
	const [file] = page.attachments.snapshot().attached;
	expect(file?.state).toMatchObject({ type: "uploaded", file: { hasThumbnail: true } });
	page.attachments.setOriginal(file?.key as string, true);
	expect(page.discarded).toEqual(["f-clean.jpg"]);
	expect(page.uploads.map(({ name }) => name)).toEqual(["clean.jpg", "photo.heic"]);
});

it("puts a waiting message back into the draft", async () => {
	const page = start();
	await page.add("a");
	page.attachments.send({ content: "later" });
	const [post] = page.attachments.snapshot().posts;
	expect(page.attachments.takeBack(post?.clientId as string)).toEqual({ content: "later" });
	expect(page.attachments.snapshot()).toMatchObject({ posts: [], attached: [{ name: "a" }] });
});

it("goes on with what a closed page left, and uploads again what the server has deleted meanwhile", async () => {
	const file = (name: string, state: Attached["state"]): Attached => ({
		key: name,
		name,
		source: new Blob([name]),
		alt: "",
		isOriginal: false,
		state,
	});
	const uploaded = (at: number) => ({ type: "uploaded", file: { id: "f", name: "a", type: "text/plain", size: 1 }, at }) as const;
	const day = 24 * 3600_000;
	const left = [file("fresh", uploaded(day - 1_000)), file("old", uploaded(0)), file("cut", { type: "uploading", sent: 1, of: 2 })];
	expect(revived(left, day).map(({ state }) => state.type)).toEqual(["uploaded", "preparing", "preparing"]);
	const post: Post = { clientId: "c", message: { content: "hi" }, files: revived(left, day).slice(2) };
	const page = start({ disk: { adopt: async () => ({ attached: [], posts: [post] }), save: () => {}, isKept: () => true, end: () => {} } });
	page.attachments.setConnected(true);
	await settled();
	await page.store("cut");
	expect(page.sent.map(({ clientId }) => clientId)).toEqual(["c"]);
});

it("ends with the sign-in: uploads break off, and nothing is kept", async () => {
	const kept: unknown[] = [];
	let isEnded = false;
	const page = start({
		disk: {
			adopt: async () => ({ attached: [], posts: [] }),
			save: (snapshot) => isEnded || kept.push(snapshot),
			isKept: () => true,
			end: () => {
				isEnded = true;
			},
		},
	});
	page.attachments.setConnected(true);
	await page.add("a");
	page.attachments.send({ content: "never" });
	const before = kept.length;
	page.attachments.end();
	expect(page.uploads[0]?.signal.aborted).toBe(true);
	await page.store("a");
	expect(page.sent).toEqual([]);
	expect(page.attachments.snapshot()).toMatchObject({ attached: [], posts: [] });
	expect(kept).toHaveLength(before);
});

it("takes a proposed description only while the draft has the picture without one", async () => {
	const page = start();
	page.attachments.setConnected(true);
	await page.add("a", "b");
	const [a, b] = page.attachments.snapshot().attached.map(({ key }) => key) as [string, string];
	page.attachments.describe(b, "Mine");
	expect([page.attachments.propose(a, "Boats"), page.attachments.propose(b, "Boats")]).toEqual([true, false]);
	expect(page.attachments.snapshot().attached.map(({ alt }) => alt)).toEqual(["Boats", "Mine"]);
	page.attachments.describe(a, "");
	page.attachments.send({ content: "first" });
	expect(page.attachments.propose(a, "Boats")).toBe(false);
	expect(page.attachments.snapshot().posts[0]?.files[0]?.alt).toBe("");
});
