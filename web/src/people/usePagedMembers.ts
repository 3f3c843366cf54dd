// Lists and finds the members of a large conversation on the server, page by page.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Member } from "../../../src/protocol/conversation.ts";
import { session } from "../account/currentSession.ts";
import type { Extent } from "../live/historyWindow.ts";
import { membersOf } from "./api.ts";

/** In ms, after the last letter of a name. */
const pause = 250;
const pageOf = 50;
/** Pages of a search without anybody that are passed over at once. */
const mostEmpty = 10;

type State = { members: readonly Member[]; next: string | undefined; extent: Extent };
type Found = { members: readonly Member[]; next: string | undefined };

export type PagedMembers = {
	members: readonly Member[];
	/** Whether there are more. */
	extent: Extent;
	loadMore(): void;
	/** Shows a change of a member that the server has accepted; `undefined`: they are no member any more. */
	changed(userId: string, change: Partial<Member> | undefined): void;
};

/** `isNeeded`: not everybody is known. */
export function usePagedMembers(id: string, name: string, isNeeded: boolean): PagedMembers {
	const [state, setState] = useState<State>({ members: [], next: undefined, extent: "loading" });
	/** Grows with each request: the answer to an older one is void. */
	const latest = useRef(0);
	const load = useCallback(
		async (after: string | undefined) => {
			const request = ++latest.current;
			setState((before) => ({ ...before, extent: "loading" }));
			const found = await pageAfter(id, name, after);
			if (request !== latest.current) return;
			setState((before) => {
				if (!found) return { ...before, extent: "failed" };
				const members = after === undefined ? found.members : [...before.members, ...found.members];
				return { members, next: found.next, extent: found.next === undefined ? "none" : "some" };
			});
		},
		[id, name],
	);
	useEffect(() => {
		if (!isNeeded) return;
		const timer = setTimeout(() => void load(undefined), name === "" ? 0 : pause);
		return () => {
			latest.current += 1;
			clearTimeout(timer);
		};
	}, [load, name, isNeeded]);
	const changed = useCallback((userId: string, change: Partial<Member> | undefined) => {
		const edit = (one: Member) => (one.userId === userId ? (change ? [{ ...one, ...change }] : []) : [one]);
		setState((before) => ({ ...before, members: before.members.flatMap(edit) }));
	}, []);
	const loadMore = () => void (state.extent !== "loading" && load(state.next));
	return { members: state.members, extent: state.extent, loadMore, changed };
}

/** `undefined` if it cannot be loaded now. */
async function pageAfter(id: string, name: string, after: string | undefined): Promise<Found | undefined> {
	let place = after;
	for (let pages = 0; ; pages++) {
		const query = { limit: pageOf, ...(name !== "" && { q: name }), ...(place !== undefined && { after: place }) };
		const result = await session.call((token) => membersOf(token, id, query));
		if ("error" in result) return undefined;
		const { members, next } = result.value;
		if (members.length > 0 || next === undefined || pages >= mostEmpty) return { members, next };
		place = next;
	}
}
