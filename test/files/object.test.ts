// The object with a conversation's files, on rows of its own storage and on a bucket.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Downloads, type Reader } from "../../src/files/downloads.ts";
import type { FilesObject as Files, Opened } from "../../src/files/object.ts";
import { FilesObject } from "../../src/files/object.ts";
import { pace, unnamed, uploadTime } from "../../src/protocol/files/limits.ts";
import type { Refusal } from "../../src/protocol/refusal.ts";
import { noise, png, sha256Of } from "../support/files.ts";
import { expectLog } from "../support/log.ts";

declare global {
	namespace Cloudflare {
		interface Env {
			/** The tests' configuration binds it. */
			TEST_BUCKET: R2Bucket;
		}
	}
}

const streamOf = (...chunks: (Uint8Array | Error)[]): ReadableStream<Uint8Array> =>
	new ReadableStream({
		pull(controller) {
			const chunk = chunks.shift();
			if (chunk === undefined) controller.close();
			else if (chunk instanceof Error) controller.error(chunk);
			else controller.enqueue(chunk);
		},
	});

type Place = "rows" | "bucket";

/** Runs a test in an object of its own. */
function inObject(
	place: Place,
	test: (object: Files, state: DurableObjectState, left: () => Promise<number>) => Promise<void>,
	settings = {},
) {
	const stub = env.CONVERSATION_FILES.getByName(crypto.randomUUID());
	return runInDurableObject(stub, async (_object, state) => {
		const bucket = env.TEST_BUCKET;
		const object = new FilesObject(state, { ...env, ...settings, ...(place === "bucket" && { FILES: bucket }) } as Env);
		/** The bytes that are stored anywhere. */
		const left = async () => {
			const rows = state.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'parts'").toArray().length > 0;
			const inRows = rows ? state.storage.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM parts").one().n : 0;
			const { objects } = await bucket.list({ prefix: `${state.id.name}/` });
			return inRows + objects.length;
		};
		await test(object, state, left);
	});
}

const upload = (id: string, length?: number, declared = "") => ({ id, name: "noise.bin", declared, length });

async function read(object: Files, id: string, range?: string): Promise<Uint8Array<ArrayBuffer>> {
	const opened = await object.open(id, { range: range ?? null });
	if ("code" in opened) throw new Error(opened.code);
	return new Uint8Array(await new Response(opened.body ?? null).arrayBuffer());
}

describe.each<Place>(["rows", "bucket"])("in %s", (place) => {
	it("a file comes back byte for byte, whole and in ranges over the borders of its pieces", () =>
		inObject(place, async (object) => {
			const bytes = noise(6_300_003);
			const file = await object.add(upload("a", bytes.length), streamOf(bytes.subarray(0, 7), bytes.subarray(7)));
			expect(file).toEqual({
				id: "a",
				name: "noise.bin",
				type: "application/octet-stream",
				size: bytes.length,
				sha256: await sha256Of(bytes),
			});
			expect(await sha256Of(await read(object, "a"))).toBe(await sha256Of(bytes));
			for (const [start, end] of [
				[0, 0],
				[999_999, 1_000_000],
				[5_242_879, 5_242_881],
				[999_990, 3_000_010],
				[6_300_000, 6_300_002],
			])
				expect(await sha256Of(await read(object, "a", `bytes=${start}-${end}`))).toBe(
					await sha256Of(bytes.slice(start, (end as number) + 1)),
				);
		}));

	it.each([
		["breaks off", upload("a"), () => streamOf(noise(5_300_000), new Error("gone")), "incomplete_file"],
		["is shorter than promised", upload("a", 5_300_001), () => streamOf(noise(5_300_000)), "incomplete_file"],
		["is longer than promised", upload("a", 10), () => streamOf(noise(5_300_000)), "too_large"],
		["is empty", upload("a"), () => streamOf(), "empty_file"],
		["is larger than permitted", upload("a"), () => streamOf(noise(5_300_000), noise(1_000_000)), "too_large"],
		["is said to be larger than permitted", upload("a", 7_000_000), () => streamOf(noise(10)), "too_large"],
		["is no picture as it says", upload("a", undefined, "image/png"), () => streamOf(noise(300)), "unsupported_type"],
	])("a file that %s leaves nothing", (_what, wish, body, code) =>
		inObject(
			place,
			async (object, state, left) => {
				expect(await object.add(wish, body())).toMatchObject({ code });
				expect(await left()).toBe(0);
				if (state.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'files'").toArray().length > 0)
					expect(state.storage.sql.exec("SELECT id FROM files").toArray()).toEqual([]);
				expect(await object.open("a", {})).toEqual({ code: "not_found" });
			},
			{ FILE_MAX_MB: "6" },
		),
	);

	const trickle = () =>
		new ReadableStream<Uint8Array>({
			async pull(controller) {
				await new Promise((resolve) => setTimeout(resolve, 5));
				controller.enqueue(noise(1));
			},
		});

	it.each([
		["never ends", { uploadTime: 50, pace }, () => new ReadableStream<Uint8Array>()],
		["stands still", { uploadTime, pace: { perSecond: 8_000, behind: 50 } }, () => new ReadableStream<Uint8Array>()],
		["trickles", { uploadTime, pace: { perSecond: 8_000, behind: 50 } }, trickle],
	])("an upload that %s is ended, and leaves nothing", (_what, limits, open) =>
		inObject(place, async (_object, state, left) => {
			const object = new FilesObject(state, { ...env, ...(place === "bucket" && { FILES: env.TEST_BUCKET }) } as Env, limits);
			expect(await object.add(upload("a"), open())).toEqual({ code: "incomplete_file" });
			expect(await left()).toBe(0);
		}),
	);

	it("the guests of one network together leave room for everybody else", () =>
		inObject(place, async (object) => {
			const end = new AbortController();
			const open = () =>
				new ReadableStream<Uint8Array>({
					start: (controller) => end.signal.addEventListener("abort", () => controller.error(new Error("gone"))),
				});
			const from = (id: string, network?: string) => ({ ...upload(id), by: `guest-${id}`, network });
			const coming = ["a", "b", "c", "d"].map((id) => object.add(from(id, "192.0.2.1"), open()));
			expect(await object.add(from("e", "192.0.2.1"), streamOf(noise(10)))).toMatchObject({ code: "rate_limited" });
			for (const [id, network] of [["f", "192.0.2.2"], ["g"]] as const)
				expect(await object.add(from(id, network), streamOf(noise(10)))).toMatchObject({ size: 10 });
			end.abort();
			await Promise.all(coming);
			expect(await object.add(from("h", "192.0.2.1"), streamOf(noise(10)))).toMatchObject({ size: 10 });
		}));

	it("two uploads of one person that do not end leave room for everybody else", () =>
		inObject(place, async (object) => {
			const end = new AbortController();
			const open = () =>
				new ReadableStream<Uint8Array>({
					start: (controller) => end.signal.addEventListener("abort", () => controller.error(new Error("gone"))),
				});
			const coming = ["a", "b"].map((id) => object.add({ ...upload(id), by: "ann" }, open()));
			expect(await object.add({ ...upload("c"), by: "ann" }, streamOf(noise(10)))).toMatchObject({ code: "rate_limited" });
			expect(await object.add({ ...upload("d"), by: "ben" }, streamOf(noise(10)))).toMatchObject({ size: 10 });
			end.abort();
			expect(await Promise.all(coming)).toEqual([{ code: "incomplete_file" }, { code: "incomplete_file" }]);
			expect(await object.add({ ...upload("e"), by: "ann" }, streamOf(noise(10)))).toMatchObject({ size: 10 });
		}));

	/** An object with a file of three pieces, which few may read at once. */
	const withDownloads = (
		test: (open: (reader?: object) => Promise<Opened | Refusal>, downloads: Downloads) => Promise<void>,
		stall = 60_000,
	) =>
		inObject(place, async (_object, state) => {
			const downloads = new Downloads({ downloads: { person: 2, network: 3, all: 4 }, downloadStall: stall });
			const bucket = place === "bucket" && { FILES: env.TEST_BUCKET };
			const object = new FilesObject(state, { ...env, ...bucket } as Env, undefined, downloads);
			await object.add(upload("a"), streamOf(noise(150_000)));
			await test((reader) => object.open("a", { ...(reader && { reader: reader as Reader }) }), downloads);
		});
	const bodyOf = (opened: Opened | Refusal) => {
		if ("code" in opened || !opened.body) throw new Error("not opened");
		return opened.body;
	};

	it("downloads that nobody reads are few for a person, for the guests of a network, and in all", () =>
		withDownloads(async (open, downloads) => {
			const refused = { code: "rate_limited" };
			const ann = await Promise.all([open({ by: "ann" }), open({ by: "ann" }), open({ by: "ann" })]);
			expect(ann[2]).toMatchObject(refused);
			expect(await open({ by: "ben" })).toMatchObject({ status: 200 });
			expect(await open()).toMatchObject({ status: 200 });
			expect(await open({ by: "cat" })).toMatchObject(refused);
			// What is read, or given up, makes room.
			expect((await new Response(bodyOf(ann[0] as Opened)).arrayBuffer()).byteLength).toBe(150_000);
			await bodyOf(ann[1] as Opened).cancel();
			expect(downloads.size).toBe(2);
			expect(await open({ by: "ann" })).toMatchObject({ status: 200 });
		}));

	it("downloads of the guests of one network leave room for everybody else", () =>
		withDownloads(async (open) => {
			const network = "192.0.2.1";
			for (const by of ["a", "b", "c"]) expect(await open({ by, network })).toMatchObject({ status: 200 });
			expect(await open({ by: "d", network })).toMatchObject({ code: "rate_limited" });
			expect(await open({ by: "e", network: "192.0.2.2" })).toMatchObject({ status: 200 });
		}));

	it("a download that stands still is ended, before its first byte and after it", () =>
		withDownloads(async (open, downloads) => {
			const stalled = bodyOf(await open({ by: "ann" })).getReader();
			const begun = bodyOf(await open({ by: "ann" })).getReader();
			expect((await begun.read()).value?.length).toBeGreaterThan(0);
			await expect(stalled.closed).rejects.toThrow("took nothing");
			await expect(begun.closed).rejects.toThrow("took nothing");
			expect(downloads.size).toBe(0);
		}, 20));

	it("a conversation has room for so many bytes, counted with those that are on their way", () =>
		inObject(
			place,
			async (object) => {
				const gate = Promise.withResolvers<void>();
				const slow = new ReadableStream<Uint8Array>({
					async pull(controller) {
						await gate.promise;
						controller.enqueue(noise(600_000));
						controller.close();
					},
				});
				const first = object.add(upload("a", 600_000), slow);
				expect(await object.add(upload("b", 600_000), streamOf(noise(600_000)))).toEqual({ code: "storage_full" });
				gate.resolve();
				expect(await first).toMatchObject({ size: 600_000 });
				expect(await object.add(upload("c", 400_000), streamOf(noise(400_000)))).toMatchObject({ size: 400_000 });
				await object.drop(["a"]);
				expect(await object.add(upload("d", 600_000), streamOf(noise(600_000)))).toMatchObject({ size: 600_000 });
			},
			{ FILES_MB_PER_CONVERSATION: "1" },
		));

	it("a thumbnail is added once, counts with the bytes of the conversation, and can be dropped", () =>
		inObject(
			place,
			async (object, _state, left) => {
				const [picture, other] = [png(), png(8, 6)];
				const file = await object.add({ id: "a", name: "a.png", declared: "image/png", length: picture.length }, streamOf(picture));
				const outcomes = await Promise.all([picture, other].map((bytes) => object.addThumbnail("a", streamOf(bytes))));
				expect(outcomes).toMatchObject([{ hasThumbnail: true }, { code: "file_taken" }]);
				expect(await object.addThumbnail("a", streamOf(other))).toMatchObject({ code: "file_taken" });
				const room = 1024 * 1024 - 2 * picture.length;
				expect(await object.add(upload("b", room + 1), streamOf(noise(room + 1)))).toEqual({ code: "storage_full" });
				expect(await object.add(upload("b", room), streamOf(noise(room)))).toMatchObject({ size: room });
				await object.dropThumbnail("a");
				expect(object.find("a")).toEqual(file);
				await object.drop(["b"]);
				expect(await left()).toBe(1);
			},
			{ FILES_MB_PER_CONVERSATION: "1" },
		));

	it("deletions leave nothing: of a file with its thumbnail, and of everything", () =>
		inObject(place, async (object, state, left) => {
			const picture = png();
			for (const id of ["a", "b"]) await object.add({ id, name: "a.png", declared: "image/png" }, streamOf(picture));
			expect(await object.addThumbnail("a", streamOf(picture))).toMatchObject({ hasThumbnail: true, width: 3, height: 2 });
			expect(await left()).toBe(3);
			expect(await object.open("a", { isThumbnail: true })).toMatchObject({ status: 200, size: picture.length });
			await object.drop(["a", "never"]);
			await object.drop(["a"]);
			expect(await left()).toBe(1);
			expect(await read(object, "b")).toEqual(picture);
			await object.dropAll();
			expect(await left()).toBe(0);
			expect(await state.storage.getAlarm()).toBeNull();
			expect(await object.add(upload("c"), streamOf(noise(10)))).toMatchObject({ size: 10 });
		}));

	it("a deletion also takes the bytes that the table does not know any more", () =>
		inObject(place, async (object, state, left) => {
			await object.drop(["a"]);
			await object.add(upload("a"), streamOf(noise(10)));
			state.storage.sql.exec("DELETE FROM files");
			expect(await left()).toBe(1);
			await object.drop(["a"]);
			expect(await left()).toBe(0);
		}));

	it("a deletion of everything also stops a file that is on its way", () =>
		inObject(place, async (object, _state, left) => {
			const gate = Promise.withResolvers<void>();
			const body = new ReadableStream<Uint8Array>({
				async pull(controller) {
					await gate.promise;
					controller.enqueue(noise(100));
					controller.close();
				},
			});
			const coming = object.add(upload("a", 100), body);
			await object.dropAll();
			gate.resolve();
			expect(await coming).toEqual({ code: "incomplete_file" });
			expect(await left()).toBe(0);
		}));
});

it("an object begins without what the death of the one before it broke off", () =>
	inObject("rows", async (object, state, left) => {
		const piece = noise(1_000_000);
		await object.add(upload("whole"), streamOf(noise(10)));
		const end = new AbortController();
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				controller.enqueue(piece);
				end.signal.addEventListener("abort", () => controller.error(new Error("gone")));
			},
		});
		const coming = object.add(upload("broken"), body);
		await expect.poll(left).toBe(2);
		const next = new FilesObject(state, env);
		expect(await left()).toBe(1);
		expect(state.storage.sql.exec("SELECT id FROM files").toArray()).toEqual([{ id: "whole" }]);
		expect(next.find("whole")).toBeDefined();
		end.abort();
		expect(await coming).toEqual({ code: "incomplete_file" });
	}));

describe("the alarm", () => {
	const age = (state: DurableObjectState, by: number) => state.storage.sql.exec("UPDATE files SET added_at = added_at - ?", by);

	it("deletes a file that no message names after a day, and what an object left that died", () =>
		inObject("rows", async (object, state, left) => {
			await object.add(upload("old"), streamOf(noise(10)));
			state.storage.sql.exec("INSERT INTO files (id, size, place, added_at) VALUES ('broken', 5, 'rows', 0)");
			state.storage.sql.exec("INSERT INTO parts (key, n, bytes) VALUES ('broken', 0, x'00')");
			age(state, unnamed);
			await object.add(upload("new"), streamOf(noise(10)));
			expect(await left()).toBe(3);
			await object.alarm();
			expect(await left()).toBe(1);
			expect(object.find("new")).toBeDefined();
			expect(await state.storage.getAlarm()).not.toBeNull();
		}));

	it("keeps everything while the conversation cannot be asked, and asks again", () =>
		inObject("rows", async (_object, state, left) => {
			const unreachable = { getByName: () => ({ forDeployer: () => Promise.reject(new Error("busy")) }) };
			const object = new FilesObject(state, { ...env, CONVERSATIONS: unreachable } as unknown as Env);
			await object.add(upload("old"), streamOf(noise(10)));
			age(state, unnamed);
			await state.storage.deleteAlarm();
			expectLog(/could not be deleted yet/);
			await object.alarm();
			expect(await left()).toBe(1);
			expect(await state.storage.getAlarm()).not.toBeNull();
		}));
});
