// Fetches the bytes of files with the session's token. Pictures on the page share them as blob addresses, which are freed when the
// last one has left the screen: an address that worked without a token could be passed on.

import { type RefObject, useEffect, useState } from "react";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import * as fileLimits from "../../../src/protocol/files/limits.ts";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";
import { clock } from "../browser.ts";
import { fetchExport } from "../sidebar/saveExport.ts";
import { isShown } from "./room.ts";

/** A small picture is its own. */
export const hasThumbnail = ({ hasThumbnail, size }: MessageFile) => hasThumbnail ?? size <= fileLimits.thumbnail.original;

export type Place = { conversationId: string; file: MessageFile; isThumbnail?: boolean };

/** Nothing that a stranger has sent may be opened as a page of ours. */
const typeOf = ({ type }: MessageFile) => (isShown({ type }) || /^(audio|video)\//.test(type) ? type : "application/octet-stream");

/** What the browser has kept is shown without a network, too. With one, the server is asked each time whether the person may still see it. */
export async function fetchBytes(place: Place, signal = new AbortController().signal): Promise<Result<Blob>> {
	const result = await fetchFrom(place, signal, {});
	if (!("error" in result) || result.error.code !== "unreachable" || signal.aborted) return result;
	const kept = await fetchFrom(place, signal, { cache: "only-if-cached", mode: "same-origin" });
	return "error" in kept ? result : kept;
}

async function fetchFrom({ conversationId, file, isThumbnail }: Place, signal: AbortSignal, options: RequestInit): Promise<Result<Blob>> {
	const path = `/conversations/${encodeURIComponent(conversationId)}/files/${encodeURIComponent(file.id)}${isThumbnail ? "?size=thumbnail" : ""}`;
	const get = async (token: string) => {
		const result = await fetchExport(path, token, signal, options);
		return "error" in result || isThumbnail ? result : { value: result.value.slice(0, result.value.size, typeOf(file)) };
	};
	// Nobody is asked who it is by what comes from the device.
	return options.cache === undefined ? session.call(get) : get("");
}

type Shared = { users: number; ending: AbortController; address: Promise<Result<string>>; url?: string };

const shared = new Map<string, Shared>();
/** In ms: a picture that returns by then is not fetched again. */
const keptFor = 10_000;

function take(place: Place): Shared {
	const key = JSON.stringify([place.conversationId, place.file.id, place.isThumbnail]);
	const known = shared.get(key);
	if (known) {
		known.users += 1;
		return known;
	}
	const ending = new AbortController();
	const one: Shared = {
		users: 1,
		ending,
		address: fetchBytes(place, ending.signal).then((result) => {
			if ("error" in result) {
				// The next one tries again.
				if (shared.get(key) === one) shared.delete(key);
				return result;
			}
			one.url = URL.createObjectURL(result.value);
			if (ending.signal.aborted) URL.revokeObjectURL(one.url);
			return { value: one.url };
		}),
	};
	shared.set(key, one);
	return one;
}

function release(one: Shared): void {
	one.users -= 1;
	if (one.users > 0) return;
	clock.after(keptFor, () => {
		if (one.users > 0) return;
		for (const [key, other] of shared) if (other === one) shared.delete(key);
		one.ending.abort();
		if (one.url) URL.revokeObjectURL(one.url);
	});
}

/** An address of the bytes while they are wanted; `undefined` until they are there. `turn`: a new number tries again. */
export function useBytes(place: Place, isWanted: boolean, turn = 0): Result<string> | undefined {
	const [result, setResult] = useState<Result<string>>();
	const [online, setOnline] = useState(0);
	const isUnreachable = result !== undefined && "error" in result && result.error.code === "unreachable";
	useEffect(() => {
		if (!isUnreachable) return;
		const again = () => setOnline((count) => count + 1);
		addEventListener("online", again);
		return () => removeEventListener("online", again);
	}, [isUnreachable]);
	const { conversationId, file, isThumbnail = false } = place;
	// biome-ignore lint/correctness/useExhaustiveDependencies: the id stands for the file, whose bytes never change.
	useEffect(() => {
		if (!isWanted) return;
		let isCurrent = true;
		const one = take(place);
		void one.address.then((result) => isCurrent && setResult(result));
		return () => {
			isCurrent = false;
			release(one);
			setResult(undefined);
		};
	}, [conversationId, file.id, isThumbnail, isWanted, turn, online]);
	return result;
}

/** True while an element is on the screen or near it. */
export function useIsNear(element: RefObject<Element | null>): boolean {
	const [isNear, setIsNear] = useState(false);
	useEffect(() => {
		if (!element.current) return;
		const root = element.current.closest("[role=log], dialog");
		const observer = new IntersectionObserver((entries) => setIsNear(entries.at(-1)?.isIntersecting ?? false), {
			root,
			rootMargin: "600px",
		});
		observer.observe(element.current);
		return () => observer.disconnect();
	}, [element]);
	return isNear;
}
