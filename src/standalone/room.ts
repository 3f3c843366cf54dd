// Refuses what objects want to write while the disk has no room for it. Otherwise the runtime notices only when it commits: the object
// dies with its connections, and nobody can read. Cloudflare's storage refuses the statement itself, which the objects expect.

import { errorBody, errors } from "../protocol/errors.ts";

/** A folder on the disk of the objects. */
export type RoomEnv = { ROOM: Fetcher };

/** More than an object writes in one step: a piece of a file, a page of the history. */
const enough = new Uint8Array(4 * 2 ** 20);
/** For people. */
const fullDisk = "The disk of this service is full, so nothing was stored. Whoever runs the service can make room.";
/** In ms between two looks. A look writes as much as `enough`; after a request that failed it comes at once. */
const pause = { usual: 60_000, full: 1_000 };

/** What is known about the disk. The Worker and all objects share it. */
export class Room {
	#isFull = false;
	#lookedAt = Number.NEGATIVE_INFINITY;

	get isFull(): boolean {
		return this.#isFull;
	}

	/** False if nothing speaks against it that there is room. */
	get isInDoubt(): boolean {
		return this.#isFull || this.#lookedAt === Number.NEGATIVE_INFINITY;
	}

	/** Looks whether there is room, unless it did so a moment ago. */
	async look({ ROOM }: RoomEnv, now = Date.now()): Promise<void> {
		// The clock may have been set back since.
		this.#lookedAt = Math.min(this.#lookedAt, now);
		if (now - this.#lookedAt < (this.#isFull ? pause.full : pause.usual)) return;
		this.#lookedAt = now;
		await this.#try(ROOM);
	}

	/** Something has failed, perhaps because the disk became full since the last look: the next one does not wait. */
	doubt(): void {
		this.#lookedAt = Number.NEGATIVE_INFINITY;
	}

	async #try(folder: Fetcher): Promise<void> {
		const written = await folder.fetch("http://room/room", { method: "PUT", body: enough }).catch(() => undefined);
		const isFull = !written?.ok;
		if (isFull && !this.#isFull) console.error("The disk of DATA_FOLDER has no room left, or cannot be written. Nothing new is stored.");
		if (!isFull && this.#isFull) console.info("The disk of DATA_FOLDER has room again.");
		this.#isFull = isFull;
	}
}

const room = new Room();

/** Answers a request, once it is known whether there is room. A new object cannot even begin without. */
export async function withRoom(
	env: RoomEnv,
	{ waitUntil, answer }: { waitUntil: (work: Promise<void>) => void; answer: () => Response | Promise<Response> },
	known = room,
): Promise<Response> {
	if (known.isInDoubt) await known.look(env);
	else waitUntil(known.look(env));
	const response = await answer();
	if (response.status !== 500) return response;
	known.doubt();
	await known.look(env);
	if (!known.isFull) return response;
	return Response.json(errorBody("storage_full", fullDisk), { status: errors.storage_full.status, headers: headersOf(response) });
}

/** Those of the response, but for what its body was. */
function headersOf({ headers }: Response): Headers {
	const kept = new Headers(headers);
	kept.delete("content-length");
	return kept;
}

/** `env`: the objects' own type of it does not name the folder. */
type ObjectClass = new (ctx: DurableObjectState, env: never) => { alarm?(): void | Promise<void> };

/** The class, with a storage that refuses statements while there is no room. */
export function sparing<C extends ObjectClass>(base: C): C {
	const Base = base as unknown as new (ctx: DurableObjectState, env: RoomEnv) => { alarm?(): void | Promise<void> };
	return class extends Base {
		constructor(ctx: DurableObjectState, env: RoomEnv) {
			guard(ctx.storage, { room, look: () => void room.look(env), ring: () => void this.alarm?.() });
			super(ctx, env);
		}
	} as unknown as C;
}

type Guarded = Pick<DurableObjectStorage, "sql" | "setAlarm" | "deleteAlarm">;

/** `ring`: does what an alarm is for. */
export function guard(storage: Guarded, { room, look, ring }: { room: Pick<Room, "isFull">; look: () => void; ring: () => void }): void {
	const { sql } = storage;
	const exec = sql.exec.bind(sql) as SqlStorage["exec"];
	sql.exec = ((query: string, ...values: unknown[]) => {
		if (room.isFull && writes(query, exec)) {
			look();
			throw new Error("database or disk is full: SQLITE_FULL");
		}
		return exec(query, ...values);
	}) as SqlStorage["exec"];
	guardAlarm(storage, { room, look, ring });
}

/** While there is no room, the alarm is in memory, which keeps the object awake. */
function guardAlarm(storage: Guarded, { room, look, ring }: Parameters<typeof guard>[1]): void {
	const [set, clear] = [storage.setAlarm.bind(storage), storage.deleteAlarm.bind(storage)];
	let timer: ReturnType<typeof setTimeout> | undefined;
	const remember = (at: number) => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			look();
			if (!room.isFull) void set(at);
			else if (at <= Date.now()) ring();
			else remember(at);
		}, pause.full);
	};
	storage.setAlarm = async (at, options) => {
		if (room.isFull) return remember(Number(at));
		clearTimeout(timer);
		return set(at, options);
	};
	storage.deleteAlarm = async (options) => {
		clearTimeout(timer);
		// One that fires for nothing does no harm.
		return room.isFull ? undefined : clear(options);
	};
}

/** Tables that an object makes sure of whenever it begins are there already, unless it has never begun. */
function writes(query: string, exec: SqlStorage["exec"]): boolean {
	const statement = query.replace(/^(?:\s|--[^\n]*\n)+/, "");
	if (/^(?:SELECT|WITH|EXPLAIN)\b/i.test(statement)) return false;
	const table = /^CREATE TABLE IF NOT EXISTS (\w+) \([^;]*$/i.exec(statement)?.[1];
	return table === undefined || exec("SELECT 1 FROM sqlite_master WHERE name = ?", table).toArray().length === 0;
}
