// Objects on a disk without room, which the runtime notices only when it commits.

import { expect, it } from "vitest";
import { guard, Room, type RoomEnv, withRoom } from "../../src/standalone/room.ts";
import { expectLog } from "../support/log.ts";

const full = /SQLITE_FULL/;

/** A folder that takes what is written while `hasRoom`. */
function folder() {
	const disk = { hasRoom: true, isReached: true, written: 0 };
	const fetch = async (_address: string, { body }: { body: Uint8Array }) => {
		disk.written += body.length;
		if (!disk.isReached) throw new Error("no such folder");
		return new Response(null, { status: disk.hasRoom ? 204 : 500 });
	};
	return { disk, env: { ROOM: { fetch } } as unknown as RoomEnv };
}

it("is looked at once a minute while there is room, each second while there is none, and noticed once there is some again", async () => {
	expectLog(/has no room left/);
	const { disk, env } = folder();
	const room = new Room();
	await room.look(env, 0);
	expect(room.isFull).toBe(false);
	const { written } = disk;
	await room.look(env, 59_999);
	expect(disk.written).toBe(written);
	disk.hasRoom = false;
	await room.look(env, 60_000);
	expect(room.isFull).toBe(true);
	await room.look(env, 60_999);
	expect(disk.written).toBe(2 * written);
	disk.isReached = false;
	await room.look(env, 61_000);
	expect(room.isFull).toBe(true);
	Object.assign(disk, { hasRoom: true, isReached: true });
	await room.look(env, 62_000);
	expect(room.isFull).toBe(false);
});

it("is looked at again after a minute also if the clock was set back", async () => {
	const { disk, env } = folder();
	const room = new Room();
	await room.look(env, 3_600_000);
	const { written } = disk;
	await room.look(env, 1_000);
	await room.look(env, 61_000);
	expect(disk.written).toBe(2 * written);
});

it("is known before the first request is answered", async () => {
	expectLog(/has no room left/);
	const { disk, env } = folder();
	disk.hasRoom = false;
	const room = new Room();
	await room.look(env, 0);
	expect(room.isFull).toBe(true);
});

it("is looked at anew where something has failed", async () => {
	expectLog(/has no room left/);
	const { disk, env } = folder();
	const room = new Room();
	await room.look(env, 0);
	disk.hasRoom = false;
	room.doubt();
	await room.look(env, 1);
	expect(room.isFull).toBe(true);
});

it("turns a failure into a sentence if there is no room, and no other answer", async () => {
	expectLog(/has no room left/);
	const { disk, env } = folder();
	const room = new Room();
	const answer = (response: Response) => withRoom(env, { waitUntil: () => {}, answer: () => response }, room);
	const failed = () => new Response("failed", { status: 500, headers: { "x-kept": "yes" } });
	expect((await answer(failed())).status).toBe(500);
	disk.hasRoom = false;
	const refused = await answer(failed());
	expect([refused.status, refused.headers.get("x-kept")]).toEqual([507, "yes"]);
	expect(await refused.json()).toMatchObject({ error: { code: "storage_full" } });
	expect((await answer(new Response("read"))).status).toBe(200);
});

/** A storage with one table. */
function storage() {
	const ran: string[] = [];
	const alarms: (number | null)[] = [];
	const exec = (query: string, ...values: unknown[]) => {
		ran.push(query);
		return { toArray: () => (values[0] === "messages" ? [{}] : []) };
	};
	const setAlarm = async (at: number) => void alarms.push(at);
	const deleteAlarm = async () => void alarms.push(null);
	return { ran, alarms, storage: { sql: { exec }, setAlarm, deleteAlarm } as unknown as DurableObjectStorage };
}

it("refuses what adds, changes or deletes, and nothing that reads, until there is room", () => {
	const { ran, storage: guarded } = storage();
	const room = { isFull: true };
	let looks = 0;
	guard(guarded, { room, look: () => looks++, ring: () => {} });
	for (const query of [
		"INSERT INTO messages VALUES (1)",
		"\n\t-- Why.\nUPDATE messages SET a = 1",
		"DELETE FROM messages",
		"CREATE TABLE IF NOT EXISTS other (a INTEGER)",
	])
		expect(() => guarded.sql.exec(query)).toThrow(full);
	expect(looks).toBe(4);
	for (const query of ["SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "CREATE TABLE IF NOT EXISTS messages (a INTEGER)"]) {
		guarded.sql.exec(query);
		expect(ran.at(-1)).toBe(query);
	}
	room.isFull = false;
	guarded.sql.exec("INSERT INTO messages VALUES (1)");
	expect(ran.at(-1)).toBe("INSERT INTO messages VALUES (1)");
});

it("keeps an alarm in memory while it cannot be stored: it fires in time, or is stored once there is room", async () => {
	const { alarms, storage: guarded } = storage();
	const room = { isFull: true };
	const rung = Promise.withResolvers<void>();
	guard(guarded, { room, look: () => {}, ring: rung.resolve });
	await guarded.setAlarm(Date.now() + 100);
	expect(alarms).toEqual([]);
	await rung.promise;
	const stored = Promise.withResolvers<number>();
	const at = Date.now() + 60_000;
	const other = { ...storage().storage, setAlarm: async (time: number) => stored.resolve(time) } as unknown as DurableObjectStorage;
	guard(other, { room, look: () => {}, ring: () => {} });
	await other.setAlarm(at);
	room.isFull = false;
	expect(await stored.promise).toBe(at);
});
