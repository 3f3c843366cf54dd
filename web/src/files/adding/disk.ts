// Keeps the files that wait, so that they survive a closed tab. Each tab has its own; one that opens takes over what closed tabs have
// left. Without a disk they live as long as the page.

import { newId } from "../../browser.ts";
import { openWaitingFiles, type WaitingFiles } from "../waitingFiles.ts";
import type { Attached, Post, Snapshot } from "./attached.ts";
import type { Disk } from "./attachments.ts";
import { revived } from "./revived.ts";

/** What is written of a file besides its bytes. Progress is not. */
type KeptFile = Omit<Attached, "source" | "redrawn">;
type Kept = { attached: readonly KeptFile[]; posts: readonly (Omit<Post, "files"> & { files: readonly KeptFile[] })[] };

const tab = newId();
const lockOf = (tab: string) => `files of ${tab}`;
/** Held until the tab is closed. */
let isHeld = false;

function hold(): void {
	if (isHeld || !navigator.locks) return;
	isHeld = true;
	void navigator.locks.request(lockOf(tab), () => new Promise(() => {})).catch(() => {});
}

export function diskOf(userId: string, conversationId: string): Disk {
	hold();
	const database = openWaitingFiles();
	const written = new Set<string>();
	let last = JSON.stringify(keptOf({ attached: [], posts: [], problem: undefined }));
	let queue: Promise<unknown> = database;
	let isEnded = false;
	let underWay = 0;
	/** The last write failed, as on a full disk. */
	let hasFailed = false;
	/** Files whose bytes could not be written. */
	const lost = new Set<string>();
	let files: readonly Attached[] = [];
	const write = (fresh: readonly Attached[], act: (database: WaitingFiles) => Promise<unknown>) => {
		underWay += 1;
		const ended = (isDone: boolean) => {
			underWay -= 1;
			hasFailed = !isDone;
			if (!isDone) for (const { key } of fresh) lost.add(key);
		};
		queue = queue
			.then(async () => !isEnded && act(await database))
			.then(
				() => ended(true),
				() => ended(false),
			);
	};
	return {
		isKept: () => files.length === 0 || (underWay === 0 && !hasFailed && !files.some(({ key }) => lost.has(key))),
		end: () => {
			isEnded = true;
		},
		adopt: async () => {
			try {
				return await adopt(await database, userId, conversationId, written);
			} catch {
				return { attached: [], posts: [] };
			}
		},
		save: (snapshot) => {
			files = [...snapshot.posts.flatMap(({ files }) => files), ...snapshot.attached];
			const fresh = files.filter(({ key, source }) => source.size > 0 && !written.has(key));
			const gone = [...written].filter((key) => !files.some((one) => one.key === key));
			for (const { key } of fresh) written.add(key);
			for (const key of gone) written.delete(key);
			const kept = keptOf(snapshot);
			const text = JSON.stringify(kept);
			if (text === last && fresh.length === 0) return;
			last = text;
			write(fresh, async (database) => {
				const transaction = database.transaction(["left", "bytes"], "readwrite");
				const [left, bytes] = [transaction.objectStore("left"), transaction.objectStore("bytes")];
				const key = [userId, conversationId, tab] as [string, string, string];
				const asked = [
					...fresh.map((file) => bytes.put(file.source, [userId, conversationId, file.key])),
					...gone.map((one) => bytes.delete([userId, conversationId, one])),
					files.length === 0 ? left.delete(key) : left.put({ tab, left: kept }, key),
				];
				await Promise.all([...asked, transaction.done]);
			});
		},
	};
}

function keptOf({ attached, posts }: Snapshot): Kept {
	const file = ({ source: _, redrawn: __, state, ...rest }: Attached): KeptFile => {
		const isOver = state.type === "uploaded" || state.type === "refused";
		return { ...rest, state: isOver ? state : { type: "preparing" } };
	};
	return { attached: attached.map(file), posts: posts.map((post) => ({ ...post, files: post.files.map(file) })) };
}

/** Two tabs that open at once must not take over the same files. */
function adopt(database: WaitingFiles, userId: string, conversationId: string, written: Set<string>): ReturnType<Disk["adopt"]> {
	const read = async () => {
		const open = new Set(navigator.locks ? (await navigator.locks.query()).held?.map(({ name }) => name) : []);
		const everything = IDBKeyRange.bound([userId, conversationId], [userId, conversationId, []]);
		const rows = (await database.getAll("left", everything)).filter((row) => row.tab !== tab && !open.has(lockOf(row.tab)));
		const left = rows.map((row) => row.left as Kept);
		const bytesOf = async (files: readonly KeptFile[]): Promise<Attached[]> => {
			const whole = files.map(async (file) => {
				const source = (await database.get("bytes", [userId, conversationId, file.key])) ?? new Blob();
				if (source.size > 0) written.add(file.key);
				return { ...file, source };
			});
			return revived(await Promise.all(whole), Date.now());
		};
		const attached = await bytesOf(left.flatMap(({ attached }) => attached));
		const posts = await Promise.all(
			left.flatMap(({ posts }) => posts).map(async (post) => ({ ...post, files: await bytesOf(post.files) })),
		);
		for (const row of rows) await database.delete("left", [userId, conversationId, row.tab]);
		return { attached, posts: posts.filter(({ files, message }) => files.length > 0 || message.content !== "") };
	};
	return navigator.locks ? navigator.locks.request("files left behind", read) : read();
}
